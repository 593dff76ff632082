using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Voting.Uploads;

/// <summary>Which RSA and Ed25519 identities belong together, for ever: stock tor's "key-pinning-journal" (keypin.c).</summary>
/// <remarks>Pure; one owner. New lines are to be appended to the file; the file may also be written afresh from <see cref="Format"/>.</remarks>
public sealed class KeyPinningJournal
{
    /// <summary>Name of the file in the data directory.</summary>
    public const string Name = "key-pinning-journal";

    private const int RsaLength = 27;
    private const int LineLength = RsaLength + 1 + 43;

    private readonly Dictionary<RsaIdentity, Ed25519Identity> _byRsa = [];
    private readonly Dictionary<Ed25519Identity, RsaIdentity> _byEd25519 = [];
    private readonly List<(RsaIdentity Rsa, Ed25519Identity Ed25519)> _new = [];

    /// <summary>How many pairs are known.</summary>
    public int Count => _byRsa.Count;

    /// <summary>Reads a journal. Comments, annotations and corrupt lines are skipped; of two lines that contradict each other the later holds.</summary>
    public static KeyPinningJournal Parse(string text)
    {
        var journal = new KeyPinningJournal();
        foreach (string line in text.Split('\n'))
        {
            if (line.Length == LineLength && line[0] is not ('@' or '#') && line[RsaLength] == ' ' && Ascii.IsValid(line))
            {
                byte[] bytes = Encoding.ASCII.GetBytes(line);
                if (FieldText.TryParseDigest160(bytes.AsSpan(0, RsaLength), out Digest160 rsa)
                    && FieldText.TryParseEd25519(bytes.AsSpan(RsaLength + 1), out Ed25519Identity ed25519))
                {
                    journal.Set(new RsaIdentity(rsa.ToArray()), ed25519);
                }
            }
        }

        return journal;
    }

    /// <summary>The whole journal as text.</summary>
    public string Format(DateTime now)
    {
        IEnumerable<string> lines = _byRsa.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key.ToBase64()} {pair.Value.ToBase64()}\n");
        return $"\n@opened-at {FieldText.FormatTime(now)}\n{string.Concat(lines)}";
    }

    /// <summary>Looks a pair up.</summary>
    public KeyPinResult Check(RsaIdentity rsa, Ed25519Identity ed25519) =>
        _byRsa.TryGetValue(rsa, out Ed25519Identity known)
            ? known == ed25519 ? KeyPinResult.Found : KeyPinResult.Mismatch
            : _byEd25519.ContainsKey(ed25519) ? KeyPinResult.Mismatch : KeyPinResult.NotFound;

    /// <summary>Looks a pair up and pins it when it is new.</summary>
    /// <param name="rsa">The RSA identity.</param>
    /// <param name="ed25519">The Ed25519 identity.</param>
    /// <param name="replace">The new pair wins over what is known: pinning is switched off.</param>
    public KeyPinResult CheckAndAdd(RsaIdentity rsa, Ed25519Identity ed25519, bool replace)
    {
        KeyPinResult result = Check(rsa, ed25519);
        if (result == KeyPinResult.Found || (result == KeyPinResult.Mismatch && !replace))
        {
            return result;
        }

        Set(rsa, ed25519);
        _new.Add((rsa, ed25519));
        return KeyPinResult.Added;
    }

    /// <summary>Takes the lines that the file does not have yet.</summary>
    public bool TryTakeNewLines(out string lines)
    {
        lines = string.Concat(_new.Select(pair => $"{pair.Rsa.ToBase64()} {pair.Ed25519.ToBase64()}\n"));
        _new.Clear();
        return lines.Length > 0;
    }

    private void Set(RsaIdentity rsa, Ed25519Identity ed25519)
    {
        if (_byRsa.Remove(rsa, out Ed25519Identity oldEd25519))
        {
            _byEd25519.Remove(oldEd25519);
        }

        if (_byEd25519.Remove(ed25519, out RsaIdentity oldRsa))
        {
            _byRsa.Remove(oldRsa);
        }

        _byRsa[rsa] = ed25519;
        _byEd25519[ed25519] = rsa;
    }
}
