internal import CitizenData
internal import SyncClientCore
internal import SyncProtocol

/// The devices on which a person is signed in.
struct DeviceScreen: Sendable {
    let say: Speaker
    let devices: [SignedInDevice]

    /// The screen for a person.
    var page: Page {
        var page = Page()
        page.title(say(DeviceMessage.title), trailing: "\(devices.count)")
        page.text(say(DeviceMessage.explanation), role: .quiet, indent: 0)
        for device in devices {
            page.heading(
                device.name.isEmpty ? device.id : device.name,
                trailing: device.isThisOne ? say(DeviceMessage.thisOne) : "",
                role: device.isThisOne ? .good : .plain)
            page.field(say(DeviceMessage.added), say.moment(device.addedMilliseconds))
            page.field(
                say(DeviceMessage.wrote),
                device.wroteMilliseconds.map { say.moment($0) } ?? say(DeviceMessage.neverWrote))
            page.field(say(DeviceMessage.id), device.id)
        }
        if devices.contains(where: { !$0.isThisOne }) {
            page.blank()
            page.text(say(DeviceMessage.advice), role: .quiet, indent: 0)
        }
        return page
    }

    /// A device as one line for a script.
    static func json(_ device: SignedInDevice) -> JSONValue {
        [
            "added_at": .string(BangkokTime.iso(device.addedMilliseconds)),
            "device": .string(device.id), "name": .string(device.name),
            "this_one": .bool(device.isThisOne),
            "wrote_at": device.wroteMilliseconds.map { .string(BangkokTime.iso($0)) } ?? .null,
        ]
    }
}
