using System.Net.Sockets;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>Reads ORPort or DirPort lines.</summary>
/// <param name="settings">Where the lines are and warnings go.</param>
/// <param name="option">ORPort or DirPort.</param>
internal sealed class ServerPortReader(TorrcSettings settings, string option)
{
    private readonly string _portName = option[..^"Port".Length];

    /// <exception cref="TorrcException">A line makes no sense.</exception>
    internal IReadOnlyList<ServerPort> Read()
    {
        var ports = new List<ServerPort>();
        bool off = false;
        foreach (TorrcLine line in settings.Lines(option))
        {
            PortAddress where = PortAddress.Read(line.Value, _portName, out IReadOnlyList<string> flags, out string fault) ?? throw Invalid(fault, line);
            if (where.UnixPath is not null)
            {
                throw Invalid($"{_portName}Port does not support unix sockets", line);
            }

            off |= where.IsOff;
            if (!where.IsOff)
            {
                ports.Add(ReadFlags(new ServerPort(where.Address, where.Port), flags, line));
            }
        }

        return off && ports.Count > 0
            ? throw Invalid($"You specified a nonzero {_portName}Port along with '{_portName}Port 0' in the same configuration.", settings.Lines(option)[^1])
            : ports;
    }

    private ServerPort ReadFlags(ServerPort port, IReadOnlyList<string> flags, TorrcLine line)
    {
        foreach (string flag in flags)
        {
            switch (flag.ToUpperInvariant())
            {
                case "NOADVERTISE":
                    port = port with { NoAdvertise = true };
                    break;
                case "NOLISTEN":
                    port = port with { NoListen = true };
                    break;
                case "IPV4ONLY":
                    port = port with { IPv4Only = true };
                    break;
                case "IPV6ONLY":
                    port = port with { IPv6Only = true };
                    break;
                default:
                    settings.Warn($"Unrecognized {_portName}Port option '{flag}'", line);
                    break;
            }
        }

        string? fault = port switch
        {
            { NoAdvertise: true, NoListen: true } => $"Tried to set both NoListen and NoAdvertise on {_portName}Port line '{line.Value}'",
            { IPv4Only: true, IPv6Only: true } => $"Tried to set both IPv4Only and IPv6Only on {_portName}Port line '{line.Value}'",
            { IPv4Only: true, Address.AddressFamily: AddressFamily.InterNetworkV6 } => $"Could not interpret {_portName}Port address as IPv4",
            { IPv6Only: true, Address.AddressFamily: AddressFamily.InterNetwork } => $"Could not interpret {_portName}Port address as IPv6",
            _ => null,
        };
        return fault is null ? port : throw Invalid(fault, line);
    }

    private TorrcException Invalid(string fault, TorrcLine line) => TorrcException.Invalid($"Invalid {option} configuration: {fault}", line);
}
