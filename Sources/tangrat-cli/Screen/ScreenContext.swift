internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

/// What every screen needs beside its rows.
struct ScreenContext: Sendable {
    let say: Speaker
    let now: Int64
    let directory: AgencyDirectory

    /// The day in Thailand.
    var today: CivilDate { BangkokTime.day(at: now) }

    /// The owner and the age of a row: `From … · as of … · fresh 3 h`.
    func provenance(_ shown: ShownRow) -> String {
        let row = shown.row
        var parts: [String] = []
        if row.owner.isEmpty {
            parts.append(say(row.isConfirmed ? RowMessage.yours : RowMessage.onlyHere))
        } else {
            let name = say(directory.name(row.owner))
            parts.append(
                row.owner == AgencyDirectory.citizen ? name : say(RowMessage.from, name))
            parts.append(say(RowMessage.asOf, say.moment(row.asOfMilliseconds)))
            parts.append(age(shown))
        }
        if row.isPending { parts.append(say(RowMessage.queued)) }
        return parts.joined(separator: " · ")
    }

    /// Members that this version does not know, by their names, with words that say so.
    func addUnknown(_ members: JSONObject, to page: inout Page) {
        guard !members.members.isEmpty else { return }
        for detail in GenericCard(context: self).details(members) {
            if case .member(let name) = detail.label { page.field(name, detail.value) }
        }
        page.text(say(RowMessage.updateNeededInPart))
    }

    /// The band and the age in words.
    func age(_ shown: ShownRow) -> String {
        let span = say.span(now - shown.row.asOfMilliseconds)
        if shown.freshness.band == .fresh, shown.freshUntil == nil {
            return say(shown.isSettled ? RowMessage.settled : RowMessage.dated, span)
        }
        return "\(band(shown.freshness.band)) \(span)"
    }

    /// A band in words that cannot be taken for the state of a licence.
    func band(_ band: Freshness.Band) -> String {
        switch band {
        case .fresh: say(RowMessage.bandFresh)
        case .aging: say(RowMessage.bandAging)
        case .stale: say(RowMessage.bandStale)
        case .expired: say(RowMessage.bandExpired)
        case .revoked: say(RowMessage.bandRevoked)
        case .clockSuspect: say(RowMessage.bandClock)
        }
    }

    /// The colour of a band.
    func role(_ band: Freshness.Band) -> Page.Role {
        switch band {
        case .fresh: .quiet
        case .aging, .stale, .clockSuspect: .warning
        case .expired, .revoked: .bad
        }
    }

    /// A day with its distance: `12 มิ.ย. 2571 (อีก 569 วัน)`.
    func dayWithDistance(_ date: PartialDate?) -> String? {
        guard let date else { return nil }
        guard date.precision == .day else { return say.date(date) }
        return "\(say.date(date)) (\(say.distance(from: today, to: date.earliest)))"
    }
}
