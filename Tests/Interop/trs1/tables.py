"""Which of a person's buckets the rows of a table are in: section 13."""

DOMAINS = {
    "core": (
        "profile", "notification", "request", "receipt", "document", "preference", "inbox",
        "pinned", "notification_state", "annotation", "request_draft"),
    "transport": ("driving_licence", "vehicle", "traffic_ticket"),
    "welfare": ("entitlement", "social_security", "health_coverage", "newborn_subsidy"),
    "civil": ("civil_registration",),
    "bills": ("bill", "payment"),
    "credit": ("credit_report",),
    "access": ("consent", "delegation", "access_event"),
}


def of(buckets, subject):
    """The tables whose rows are at home in these buckets, if they are the person's own."""
    return {table for domain, tables in DOMAINS.items()
            if "person/%s/%s" % (subject, domain) in buckets for table in tables}
