using System.Net;
using Tunic.Tor.Protocol.Control.Authentication;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>Reads the options of control ports.</summary>
internal static class ControlPortReader
{
    private const UnixFileMode ForOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode ForGroup = ForOwner | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
    private const UnixFileMode ForWorld = ForGroup | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <exception cref="TorrcException">A line makes no sense.</exception>
    internal static TorrcControlOptions Read(TorrcSettings settings)
    {
        var options = new TorrcControlOptions
        {
            Ports = [.. ReadPorts(settings), .. ReadSockets(settings)],
            CookieAuthentication = settings.Flag("CookieAuthentication"),
            CookieFile = settings.Text("CookieAuthFile") is { } file ? Path.GetFullPath(file) : null,
            IsCookieGroupReadable = settings.Flag("CookieAuthFileGroupReadable"),
            Passwords = [.. ReadPasswords(settings, "HashedControlPassword"), .. ReadPasswords(settings, "__HashedControlSessionPassword")],
            PortFile = settings.Text("ControlPortWriteToFile"),
            IsPortFileGroupReadable = settings.Flag("ControlPortFileGroupReadable"),
            LeaveStreamsUnattached = settings.Flag("__LeaveStreamsUnattached"),
        };
        WarnIfOpen(options, settings);
        return options;
    }

    private static IEnumerable<ControlPortLine> ReadPorts(TorrcSettings settings)
    {
        foreach (TorrcLine line in settings.Lines("ControlPort"))
        {
            PortAddress where = PortAddress.Read(line.Value, "Control", out IReadOnlyList<string> flags, out string fault)
                ?? throw TorrcException.Invalid($"Invalid ControlPort configuration: {fault}", line);
            UnixFileMode mode = ReadMode(flags, settings, line);
            if (!where.IsOff)
            {
                yield return where.UnixPath is { } path
                    ? new ControlPortLine(null, path, mode)
                    : new ControlPortLine(new IPEndPoint(where.Address ?? IPAddress.Loopback, where.Port), null, mode);
            }
        }
    }

    private static IEnumerable<ControlPortLine> ReadSockets(TorrcSettings settings)
    {
        foreach (TorrcLine line in settings.Lines("ControlSocket"))
        {
            string[] words = line.Value.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0 && words[0] != "0")
            {
                UnixFileMode mode = ReadMode(words[1..], settings, line);
                yield return new ControlPortLine(null, words[0], settings.Flag("ControlSocketsGroupWritable") ? mode | ForGroup : mode);
            }
        }
    }

    private static UnixFileMode ReadMode(IReadOnlyList<string> flags, TorrcSettings settings, TorrcLine line)
    {
        UnixFileMode mode = ForOwner;
        foreach (string flag in flags)
        {
            switch (flag.ToUpperInvariant())
            {
                case "GROUPWRITABLE":
                    mode |= ForGroup;
                    break;
                case "WORLDWRITABLE":
                    mode |= ForWorld;
                    break;
                case "RELAXDIRMODECHECK":
                    break; // the socket's own mode is what counts here
                default:
                    settings.Warn($"Unrecognized ControlPort option '{flag}'", line);
                    break;
            }
        }

        return mode;
    }

    private static IEnumerable<HashedPassword> ReadPasswords(TorrcSettings settings, string option)
    {
        foreach (TorrcLine line in settings.Lines(option))
        {
            yield return HashedPassword.TryParse(line.Value, out HashedPassword? password)
                ? password
                : throw TorrcException.Invalid($"Bad {option}: wrong length or bad encoding", line);
        }
    }

    private static void WarnIfOpen(TorrcControlOptions options, TorrcSettings settings)
    {
        bool isOpen = !options.CookieAuthentication && options.Passwords.Count == 0;
        if (isOpen && options.Ports.Any(port => port.EndPoint is { } where && !IPAddress.IsLoopback(where.Address)))
        {
            settings.Warn("You have a ControlPort set to accept unauthenticated connections from a non-local address. This means that programs not running on your computer can reconfigure your Tor. That's so bad that I'm closing your ControlPort for you.");
        }
        else if (isOpen && options.Ports.Any(port => port.EndPoint is not null))
        {
            settings.Warn("ControlPort is open, but no authentication method has been configured. This means that any program on your computer can reconfigure your Tor. That's bad! You should upgrade your Tor controller as soon as possible.");
        }
    }
}
