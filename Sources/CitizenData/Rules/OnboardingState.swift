/// Where an agency's service stands on its way to the platform.
package enum OnboardingState: String, StateMachine {
    case intentDraft = "intent_draft"
    case intentSent = "intent_sent"
    case intentForm = "intent_form"
    case intentAccepted = "intent_accepted"
    case intentReturned = "intent_returned"
    case credentialRequested = "cred_requested"
    case credentialIssued = "cred_issued"
    case uatBuild = "uat_build"
    case uatAccess = "uat_access"
    case uatSelftest = "uat_selftest"
    case uatSubmitted = "uat_submitted"
    case uatRetest = "uat_retest"
    case uatFix = "uat_fix"
    case uatPassed = "uat_passed"
    case preBuild = "pre_build"
    case preAccess = "pre_access"
    case preSelftest = "pre_selftest"
    case preSubmitted = "pre_submitted"
    case preRetest = "pre_retest"
    case preFix = "pre_fix"
    case prePassed = "pre_passed"
    case goliveDocs = "golive_docs"
    case goliveDateConfirmed = "golive_date_confirmed"
    case live, suspended, retired

    package static let initial = intentDraft

    package static let transitions: [Self: [Self]] = [
        .intentDraft: [.intentSent],
        .intentSent: [.intentForm],
        .intentForm: [.intentAccepted, .intentReturned],
        .intentReturned: [.intentForm],
        .intentAccepted: [.credentialRequested],
        .credentialRequested: [.credentialIssued],
        .credentialIssued: [.uatBuild],
        .uatBuild: [.uatAccess],
        .uatAccess: [.uatSelftest],
        .uatSelftest: [.uatSubmitted],
        .uatSubmitted: [.uatRetest],
        .uatRetest: [.uatPassed, .uatFix],
        .uatFix: [.uatRetest],
        .uatPassed: [.preBuild],
        .preBuild: [.preAccess],
        .preAccess: [.preSelftest],
        .preSelftest: [.preSubmitted],
        .preSubmitted: [.preRetest],
        .preRetest: [.prePassed, .preFix],
        .preFix: [.preRetest],
        .prePassed: [.goliveDocs],
        .goliveDocs: [.goliveDateConfirmed],
        .goliveDateConfirmed: [.live],
        .live: [.suspended, .retired],
        .suspended: [.live, .retired],
    ]

    /// The name of the state in Thai and English.
    package var label: Bilingual { StatusNames.label("onboarding_state", rawValue) }
}
