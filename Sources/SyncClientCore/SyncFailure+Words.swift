extension SyncFailure {
    /// A stable name for logs, tests and support; never reused.
    public var code: String { words.code }

    /// What happened, in one English sentence.
    public var messageEnglish: String { words.english }

    /// What happened, in one Thai sentence.
    public var messageThai: String { words.thai }

    /// What the person can do, in English, or nothing.
    public var adviceEnglish: String? { words.adviceEnglish }

    /// What the person can do, in Thai, or nothing.
    public var adviceThai: String? { words.adviceThai }

    /// Whether waiting alone can put it right.
    public var isTransient: Bool {
        switch self {
        case .offline, .noAnswer, .serverBusy, .busyElsewhere: true
        case .connectionUntrusted, .answerUnusable, .verificationFailed, .signedOut,
            .signInExpired, .signInTimedOut,
            .signInDenied, .deviceCopied, .writesMissing, .unsentWrites, .writeRefused,
            .formIncomplete, .rowAbsent, .outboxFull, .addressInvalid, .appTooOld, .storageFull,
            .storageFailed, .cacheDamaged, .cacheNewer, .cacheForeign, .cacheReplaced,
            .exportUnreadable, .exportUnopened, .permissionsUnsafe, .pathUnusable, .closed,
            .cancelled:
            false
        }
    }

    private struct Words {
        var code: String
        var english: String
        var thai: String
        var adviceEnglish: String?
        var adviceThai: String?

        init(_ code: String, _ english: String, _ thai: String, _ advice: (String, String)? = nil) {
            self.code = code
            self.english = english
            self.thai = thai
            self.adviceEnglish = advice?.0
            self.adviceThai = advice?.1
        }
    }

    private var words: Words {
        switch self {
        case .offline, .connectionUntrusted, .noAnswer, .serverBusy, .answerUnusable,
            .verificationFailed, .addressInvalid, .appTooOld:
            networkWords
        case .signedOut, .signInExpired, .signInTimedOut, .signInDenied, .deviceCopied:
            accountWords
        case .writesMissing, .unsentWrites, .writeRefused, .formIncomplete, .rowAbsent, .outboxFull:
            writeWords
        case .busyElsewhere, .storageFull, .storageFailed, .cacheDamaged, .cacheNewer,
            .cacheForeign, .cacheReplaced, .exportUnreadable, .exportUnopened, .permissionsUnsafe,
            .pathUnusable,
            .closed, .cancelled:
            storageWords
        }
    }

    private var networkWords: Words {
        switch self {
        case .connectionUntrusted:
            Words(
                "sync.connection_untrusted",
                "The secure connection to the service could not be proven. Nothing was sent.",
                "ยืนยันการเชื่อมต่อที่ปลอดภัยกับระบบไม่ได้ จึงไม่ได้ส่งข้อมูลใด",
                (
                    "Check the date of this device and the network, and try again.",
                    "ตรวจสอบวันที่ของเครื่องและเครือข่าย แล้วลองอีกครั้ง"
                ))
        case .noAnswer:
            Words(
                "sync.no_answer",
                "The service did not answer. Your changes are saved on this device.",
                "ระบบไม่ตอบกลับ การเปลี่ยนแปลงของคุณบันทึกไว้ในเครื่องนี้แล้ว",
                ("Try again in a moment.", "โปรดลองอีกครั้งในอีกสักครู่"))
        case .serverBusy(let delay):
            Words(
                "sync.server_busy", "The service is busy. Your changes are saved on this device.",
                "ระบบมีผู้ใช้งานมาก การเปลี่ยนแปลงของคุณบันทึกไว้ในเครื่องนี้แล้ว",
                (
                    "Try again in \(max(1, delay / 1_000)) seconds.",
                    "โปรดลองอีกครั้งใน \(max(1, delay / 1_000)) วินาที"
                ))
        case .answerUnusable:
            Words(
                "sync.answer_unusable", "The service gave an answer that cannot be used.",
                "คำตอบจากระบบใช้ไม่ได้",
                (
                    "Check the network, for instance a sign-in page of a Wi-Fi, and try again.",
                    "ตรวจสอบเครือข่าย เช่น หน้าลงชื่อเข้าใช้ Wi-Fi แล้วลองอีกครั้ง"
                ))
        case .verificationFailed:
            Words(
                "sync.verification_failed",
                "What was received is not complete, so it was not used.",
                "ข้อมูลที่ได้รับไม่ครบถ้วน จึงไม่ได้นำมาใช้",
                ("Sync again to fetch it anew.", "ซิงก์อีกครั้งเพื่อรับข้อมูลใหม่"))
        case .addressInvalid:
            Words(
                "sync.address_invalid", "The address of the service cannot be used.",
                "ที่อยู่ของระบบใช้ไม่ได้",
                ("Use an address that begins with https://", "ใช้ที่อยู่ที่ขึ้นต้นด้วย https://"))
        case .appTooOld:
            Words(
                "sync.app_too_old", "This app is too old for the service.",
                "แอปนี้เก่าเกินไปสำหรับระบบ", ("Update the app.", "โปรดอัปเดตแอป"))
        default:
            Words(
                "sync.offline",
                "The service cannot be reached. Your changes are saved on this device.",
                "ติดต่อระบบไม่ได้ การเปลี่ยนแปลงของคุณบันทึกไว้ในเครื่องนี้แล้ว",
                (
                    "Check the network and sync again; reading and writing go on without it.",
                    "ตรวจสอบเครือข่ายแล้วซิงก์อีกครั้ง ระหว่างนี้อ่านและเขียนต่อได้"
                ))
        }
    }

    private var accountWords: Words {
        switch self {
        case .signInExpired:
            Words(
                "account.sign_in_expired",
                "The sign-in of this device has ended: it was ended from elsewhere, or not used for too "
                    + "long. What is on this device stays readable.",
                "การลงชื่อเข้าใช้ของเครื่องนี้สิ้นสุดแล้ว เพราะถูกสิ้นสุดจากที่อื่น หรือไม่ได้ใช้นานเกินไป "
                    + "ข้อมูลในเครื่องยังอ่านได้",
                ("Sign in again: tangrat login", "ลงชื่อเข้าใช้อีกครั้ง: tangrat login"))
        case .signInTimedOut:
            Words(
                "account.sign_in_timed_out", "The code was not confirmed in time.",
                "ไม่มีการยืนยันรหัสภายในเวลาที่กำหนด",
                ("Ask for a new code.", "โปรดขอรหัสใหม่"))
        case .signInDenied:
            Words(
                "account.sign_in_denied", "The sign-in was refused.", "การลงชื่อเข้าใช้ถูกปฏิเสธ",
                ("If this was not you, change your ThaID PIN.", "หากไม่ใช่คุณ โปรดเปลี่ยนรหัส ThaID"))
        case .deviceCopied:
            Words(
                "account.device_copied", "Another copy of this device has been used.",
                "มีการใช้สำเนาของอุปกรณ์นี้ที่อื่น",
                (
                    "Sign in again: this device gets a name of its own and keeps your changes.",
                    "ลงชื่อเข้าใช้อีกครั้ง อุปกรณ์นี้จะได้ชื่อใหม่และเก็บการเปลี่ยนแปลงของคุณไว้"
                ))
        default:
            Words(
                "account.signed_out", "You are not signed in.", "คุณยังไม่ได้ลงชื่อเข้าใช้",
                ("Sign in: tangrat login --server URL", "ลงชื่อเข้าใช้: tangrat login --server URL"))
        }
    }

    private var writeWords: Words {
        switch self {
        case .writesMissing:
            Words(
                "write.missing", "The service has lost changes that this device no longer keeps.",
                "ระบบสูญเสียการเปลี่ยนแปลงที่เครื่องนี้ไม่ได้เก็บไว้แล้ว",
                (
                    "Sign in again: your waiting changes are kept.",
                    "ลงชื่อเข้าใช้อีกครั้ง การเปลี่ยนแปลงที่รอส่งยังอยู่"
                ))
        case .unsentWrites(let count):
            Words(
                "write.unsent", "\(count) changes have not been sent and would be lost.",
                "มีการเปลี่ยนแปลง \(count) รายการที่ยังไม่ได้ส่งและจะสูญหาย",
                ("Sync first, or discard them on purpose.", "ซิงก์ก่อน หรือยืนยันที่จะทิ้ง"))
        case .writeRefused(let code, _):
            refusedWords(code)
        case .formIncomplete:
            Words(
                "write.form_incomplete", "The form is not complete.", "แบบฟอร์มยังไม่ครบถ้วน",
                ("Correct the fields that are named.", "แก้ไขช่องที่ระบุ"))
        case .rowAbsent:
            Words(
                "row.absent", "This is not on this device.", "ไม่มีข้อมูลนี้ในเครื่อง",
                ("Sync and look again.", "ซิงก์แล้วลองดูอีกครั้ง"))
        default:
            Words(
                "write.outbox_full", "Too many changes wait to be sent.",
                "มีการเปลี่ยนแปลงรอส่งมากเกินไป", ("Sync first.", "โปรดซิงก์ก่อน"))
        }
    }

    private func refusedWords(_ code: String) -> Words {
        let reason = RefusalWords(code: code)
        return Words(
            "write.\(code)", reason.messageEnglish, reason.messageThai,
            (reason.adviceEnglish, reason.adviceThai))
    }

    private var storageWords: Words {
        switch self {
        case .busyElsewhere:
            Words(
                "cache.busy", "Another program is working on your data.",
                "โปรแกรมอื่นกำลังใช้ข้อมูลของคุณ",
                ("Wait for it to finish and try again.", "รอให้เสร็จแล้วลองอีกครั้ง"))
        case .storageFull:
            Words(
                "storage.full", "This device is out of storage, so nothing new can be saved.",
                "พื้นที่ในเครื่องเต็ม จึงบันทึกเพิ่มไม่ได้",
                ("Free some space and try again.", "เพิ่มพื้นที่ว่างแล้วลองอีกครั้ง"))
        case .cacheDamaged:
            Words(
                "cache.damaged", "The data on this device are damaged.", "ข้อมูลในเครื่องเสียหาย",
                (
                    "Try again: what can be read is kept, and the rest is fetched anew.",
                    "ลองอีกครั้ง ระบบจะเก็บส่วนที่อ่านได้และรับส่วนที่เหลือใหม่"
                ))
        case .cacheReplaced:
            Words(
                "cache.replaced", "The data on this device were repaired meanwhile.",
                "ข้อมูลในเครื่องได้รับการซ่อมแซมระหว่างนี้", ("Start again.", "เริ่มใหม่อีกครั้ง"))
        case .exportUnreadable:
            Words(
                "export.unreadable", "The file holds no saved changes. Nothing was queued.",
                "ไฟล์นี้ไม่มีการเปลี่ยนแปลงที่เก็บไว้ จึงไม่มีรายการเข้าคิว",
                (
                    "Give the file that tangrat salvage names.",
                    "ใช้ไฟล์ที่คำสั่ง tangrat salvage ระบุ"
                ))
        case .exportUnopened(let path):
            Words(
                "export.unopened", "\(path) cannot be opened. Nothing was queued.",
                "เปิดไฟล์ \(path) ไม่ได้ จึงไม่มีรายการเข้าคิว",
                (
                    "Keep the file, and see that you may read it.",
                    "เก็บไฟล์ไว้ และตรวจว่าคุณมีสิทธิ์อ่านไฟล์"
                ))
        case .cacheNewer(let path, _):
            Words(
                "cache.newer", "The data on this device were made by a newer version of the app.",
                "ข้อมูลในเครื่องสร้างโดยแอปรุ่นใหม่กว่า",
                ("Update the app. \(path) was not touched.", "อัปเดตแอป ไฟล์ \(path) ไม่ถูกแก้ไข"))
        case .cacheForeign(let path):
            Words(
                "cache.foreign", "The file is not one of this app's. It was not touched.",
                "ไฟล์นี้ไม่ใช่ของแอป และไม่ถูกแก้ไข", ("Move \(path) away.", "ย้าย \(path) ออก"))
        case .permissionsUnsafe(let path):
            Words(
                "cache.permissions", "Other users could read or replace your data.",
                "ผู้ใช้อื่นอาจอ่านหรือแทนที่ข้อมูลของคุณได้",
                (
                    "Make \(path) yours alone: no link, mode 0700 for directories, 0600 for files.",
                    "ทำให้ \(path) เป็นของคุณเท่านั้น ไม่ใช่ลิงก์ สิทธิ์ 0700 สำหรับโฟลเดอร์ 0600 สำหรับไฟล์"
                ))
        case .pathUnusable(let path):
            Words(
                "cache.path", "\(path) cannot be used: it is of another kind, or not yours to use.",
                "ใช้ \(path) ไม่ได้: เป็นไฟล์ชนิดอื่น หรือคุณไม่มีสิทธิ์",
                (
                    "Where it holds your data, make it yours again; else name a place: --data DIR",
                    "หากเก็บข้อมูลของคุณอยู่ ให้คืนสิทธิ์ใช้งานก่อน มิฉะนั้นระบุที่เก็บอื่น: --data DIR"
                ))
        case .closed:
            Words("client.closed", "The app is closing.", "แอปกำลังปิด")
        case .cancelled:
            Words("client.cancelled", "It was stopped.", "ถูกหยุดแล้ว")
        default:
            Words(
                "storage.failed", "This device's storage failed.", "ที่เก็บข้อมูลของเครื่องขัดข้อง",
                ("Run: tangrat doctor", "เรียกใช้: tangrat doctor"))
        }
    }
}
