internal import SyncClientCore
internal import SyncProtocol

extension Session {
    /// Shows the person's devices, or ends one of them.
    func devices() async throws {
        try requireAccount()
        switch invocation.operands.first {
        case nil:
            let devices = try await mirror.devices()
            if invocation.isJSON {
                for device in devices { output.json(DeviceScreen.json(device)) }
            } else {
                output.show(DeviceScreen(say: say, devices: devices).page)
            }
        case "end": try await endDevice(try operand(1, "NAME|ID"))
        default: throw UsageProblem.operandMissing("end", invocation.command)
        }
    }

    private func endDevice(_ named: String) async throws {
        let devices = try await mirror.devices()
        // An id is exact; a name may be that of several.
        let byID = devices.filter { $0.id == named }
        let found = byID.isEmpty ? devices.filter { $0.name == named } : byID
        guard let device = found.first else { throw unknown(named) }
        guard found.count == 1 else {
            throw Trouble(
                "device.ambiguous",
                DeviceMessage.ambiguous.filled(
                    named, found.map(\.id).joined(separator: ", ")),
                DeviceMessage.ambiguousAdvice.words)
        }
        guard !device.isThisOne else {
            throw Trouble(
                "device.this_one", DeviceMessage.isThisOne.filled(named),
                DeviceMessage.isThisOneAdvice.words)
        }
        guard try await mirror.endDevice(device.id) else { throw unknown(named) }
        if invocation.isJSON {
            output.json(["device": .string(device.id), "ended": true])
        } else {
            output.line(say(DeviceMessage.ended, device.name.isEmpty ? device.id : device.name))
        }
    }

    private func unknown(_ named: String) -> Trouble {
        Trouble(
            "device.unknown", DeviceMessage.unknown.filled(named),
            DeviceMessage.unknownAdvice.words)
    }
}
