using System.Globalization;
using System.Net;
using System.Text;
using Tunic.Node.Configuration.Torrc;
using Tunic.Node.Hosting;
using Tunic.Node.Logging;
using Tunic.Node.TorProgram;
using Tunic.Tor.Client.ControlPort;
using Tunic.Tor.Client.Listeners;
using Tunic.Tor.Protocol.Control.Authentication;

namespace Tunic.Node.Controllers;

/// <summary>The control ports of `tunic tor`, with their cookie and the file that tells where they are.</summary>
internal sealed class TorControlHost : IAsyncDisposable
{
    private readonly TorConfiguration _configuration;
    private readonly NodeLog _log;
    private readonly byte[] _cookie = new byte[SafeCookie.CookieLength];
    private readonly ControlServer _server;
    private readonly List<ControlListener> _listeners = [];
    private string? _cookiePath;
    private string? _portPath;

    internal TorControlHost(ClientNode node, TorConfiguration configuration, IControlProcess process, NodeEnvironment environment)
    {
        (_configuration, _log) = (configuration, environment.Log);
        environment.Random.Fill(_cookie);
        _server = new ControlServer(new ControlEnvironment
        {
            Client = node.Client,
            Configuration = configuration,
            Process = process,
            Credentials = GetCredentials,
            Random = environment.Random,
            Time = environment.Time,
            Log = environment.Log,
        });
    }

    /// <summary>Opens the ports.</summary>
    /// <exception cref="ListenerException">One cannot be opened.</exception>
    internal void Open(ClientNode node)
    {
        TorrcOptions options = _configuration.Options;
        foreach (ControlPortLine port in options.Control.Ports.Where(port => IsSafe(port, options.Control)))
        {
            ControlListener listener = _server.Listen(new ListenerOptions
            {
                EndPoint = port.EndPoint ?? new IPEndPoint(IPAddress.Loopback, 0),
                UnixPath = port.UnixPath,
                UnixMode = port.Mode,
                OptionName = port.UnixPath is null ? "ControlPort" : "ControlSocket",
            });
            node.Open(listener, "Control");
            _listeners.Add(listener);
        }

        WriteFiles(options);
    }

    /// <summary>After a change of the configuration: the cookie may be wanted now.</summary>
    internal void WriteFiles(TorrcOptions present)
    {
        TorrcControlOptions options = present.Control;
        if (options.CookieAuthentication && _listeners.Count > 0)
        {
            _cookiePath = PathOfCookie(present);
            Write(_cookiePath, _cookie, options.IsCookieGroupReadable);
        }

        if (options.PortFile is { } path)
        {
            _portPath = path;
            string text = string.Concat(_listeners.Select(listener =>
                string.Create(CultureInfo.InvariantCulture, $"{(listener.LocalName.StartsWith("unix:", StringComparison.Ordinal) ? "UNIX_PORT=" + listener.LocalName[5..] : "PORT=" + listener.LocalName)}\n")));
            Write(path, Encoding.UTF8.GetBytes(text), options.IsPortFileGroupReadable);
        }
    }

    /// <summary>Its listeners are the node's, and end with it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Remove(_cookiePath);
        Remove(_portPath);
    }

    private static string PathOfCookie(TorrcOptions options) =>
        options.Control.CookieFile ?? Path.Combine(options.General.DataDirectory, "control_auth_cookie");

    private ControlCredentials GetCredentials()
    {
        TorrcOptions present = _configuration.Options;
        TorrcControlOptions options = present.Control;
        bool isOpenToAll = options.Passwords.Count == 0 && _listeners.Any(listener => !listener.IsLocal); // a controller took the login away
        return new ControlCredentials
        {
            Cookie = options.CookieAuthentication || isOpenToAll ? _cookie : (ReadOnlyMemory<byte>?)null,
            CookiePath = options.CookieAuthentication ? PathOfCookie(present) : null,
            Passwords = options.Passwords,
        };
    }

    /// <summary>As stock: what anybody anywhere could use is not opened.</summary>
    private static bool IsSafe(ControlPortLine port, TorrcControlOptions options) =>
        port.EndPoint is not { } where || IPAddress.IsLoopback(where.Address) || options.CookieAuthentication || options.Passwords.Count > 0;

    private void Write(string path, byte[] content, bool isGroupReadable)
    {
        UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | (isGroupReadable ? UnixFileMode.GroupRead : 0);
        try
        {
            using (var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = mode }))
            {
                File.SetUnixFileMode(file.SafeFileHandle, mode); // it may have been there with another one
                file.Write(content);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _log.Warn($"Writing {path} failed: {failure.Message}");
        }
    }

    private static void Remove(string? path)
    {
        try
        {
            if (path is not null)
            {
                File.Delete(path);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // the program ends, and the cookie with it
        }
    }
}
