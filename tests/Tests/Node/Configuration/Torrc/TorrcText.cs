using Tunic.Node.Configuration.Torrc;

namespace Tunic.Tests.Node.Configuration.Torrc;

/// <summary>Reads torrc text in tests, as if it stood in a file called "torrc".</summary>
internal static class TorrcText
{
    internal const string Fingerprint = "0123456789ABCDEF0123456789ABCDEF01234567";

    internal const string Authority = "DirAuthority a orport=5001 no-v2 v3ident=" + Fingerprint + " 127.0.0.1:5002 " + Fingerprint + "\n";

    internal static TorrcSettings Settings(params string[] sources)
    {
        var settings = new TorrcSettings();
        foreach (string source in sources)
        {
            settings.Assign(TorrcLexer.Read(source, "torrc"));
        }

        return settings;
    }

    internal static TorrcOptions Options(string text) => TorrcOptionsReader.Read(Settings(text));

    internal static string Fault(string text) => Assert.Throws<TorrcException>(() => Options(text)).Message;
}
