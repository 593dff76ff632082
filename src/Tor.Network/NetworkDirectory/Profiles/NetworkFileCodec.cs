using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Network.NetworkDirectory.Profiles;

/// <summary>Network files as bytes: lines of ASCII, the signature last. What is signed is every byte before the signature line, behind a prefix of its own.</summary>
public static class NetworkFileCodec
{
    /// <summary>Longest file that is read, in bytes.</summary>
    public const int MaxLength = 256 << 10;

    /// <summary>Most authorities of one file.</summary>
    public const int MaxAuthorities = 64;

    /// <summary>Most fallback directories of one file.</summary>
    public const int MaxFallbacks = 1_000;

    /// <summary>Most consensus parameters of one file.</summary>
    public const int MaxParameters = 500;
    private const string FirstLine = "tunic-network 1";
    private static readonly byte[] SigningPrefix = "Tunic network file v1\0"u8.ToArray();
    private static readonly byte[] SignatureStart = "\nsignature "u8.ToArray();

    /// <summary>Writes and signs. The key must be the one that the file names.</summary>
    public static byte[] Encode(NetworkFile file, Ed25519PrivateKey key)
    {
        if (key.PublicKey != file.Key)
        {
            throw new ArgumentException("the file names another key", nameof(key));
        }

        var text = new StringBuilder();
        text.Append(FirstLine).Append('\n');
        text.Append("network ").Append(file.Name).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"serial {file.Serial}\n");
        text.Append("key ").Append(Fingerprint(file.Key)).Append('\n');
        text.Append(file.IsPrivate ? "private\n" : "");
        foreach (string line in file.Authorities.Select(NetworkLines.Format).Concat(file.Fallbacks.Select(NetworkLines.Format)))
        {
            text.Append(line).Append('\n');
        }

        foreach ((string name, int value) in file.Parameters)
        {
            text.Append(CultureInfo.InvariantCulture, $"parameter {name} {value}\n");
        }

        byte[] signature = new byte[Ed25519.SignatureLength];
        key.Sign((byte[])[.. SigningPrefix, .. Encoding.ASCII.GetBytes(text.ToString())], signature);
        return Encoding.ASCII.GetBytes($"{text}signature {Convert.ToBase64String(signature)}\n");
    }

    /// <summary>Reads a file and verifies its signature with the key that it names; whether to trust that key is the caller's question.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="file">What it says.</param>
    /// <param name="fault">Why it is refused: the end of a sentence.</param>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out NetworkFile? file, out string fault)
    {
        file = null;
        int end = bytes.LastIndexOf(SignatureStart);
        if (bytes.Length > MaxLength || end < 0 || !Ascii.IsValid(bytes) || !bytes.StartsWith(Encoding.ASCII.GetBytes(FirstLine + "\n")))
        {
            fault = "it is no network file of a version known here";
            return false;
        }

        ReadOnlySpan<byte> signed = bytes[..(end + 1)];
        if (!TryReadLines(Encoding.ASCII.GetString(signed), out NetworkFile? read, out fault))
        {
            return false;
        }

        Span<byte> signature = stackalloc byte[Ed25519.SignatureLength];
        if (!TryReadSignature(bytes[(end + SignatureStart.Length)..], signature)
            || !Ed25519.Verify(read.Key.ToArray(), (byte[])[.. SigningPrefix, .. signed], signature))
        {
            fault = "its signature is not that of its key: it was damaged or altered on the way";
            return false;
        }

        file = read;
        return true;
    }

    /// <summary>The fingerprint that people compare: the key in lower-case hexadecimal.</summary>
    public static string Fingerprint(Ed25519Identity key) => Convert.ToHexStringLower(key.ToArray());

    private static bool TryReadSignature(ReadOnlySpan<byte> line, Span<byte> signature)
    {
        ReadOnlySpan<byte> text = line.TrimEnd((byte)'\n');
        return line.Length - text.Length == 1
            && Base64.IsValid(text, out int length)
            && length == Ed25519.SignatureLength
            && Base64.DecodeFromUtf8(text, signature, out _, out _) == System.Buffers.OperationStatus.Done;
    }

    private static bool TryReadLines(string text, [NotNullWhen(true)] out NetworkFile? file, out string fault)
    {
        var reading = new Reading();
        foreach (string line in text.Split('\n')[1..^1])
        {
            string[] words = line.Split(' ');
            if (!reading.Take(words))
            {
                file = null;
                fault = $"the line '{words[0]}' is malformed, or one too many";
                return false;
            }
        }

        file = reading.Build();
        fault = file is null ? "it lacks its name, serial, key or authorities" : "";
        return file is not null;
    }

    /// <summary>What has been read of a file so far.</summary>
    private sealed class Reading
    {
        private readonly List<DirectoryAuthority> _authorities = [];
        private readonly List<FallbackDirectory> _fallbacks = [];
        private readonly List<KeyValuePair<string, int>> _parameters = [];
        private string? _name;
        private long? _serial;
        private Ed25519Identity? _key;
        private bool _isPrivate;

        /// <summary>False when the line is wrong. A line that is not known is for later versions of this program: signed, and skipped.</summary>
        internal bool Take(string[] words)
        {
            switch (words)
            {
                case ["network", var name]:
                    bool firstName = _name is null;
                    _name = name;
                    return firstName && NetworkFile.IsName(name);
                case ["serial", var number]:
                    bool firstSerial = _serial is null;
                    bool isNumber = long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long serial);
                    _serial = serial;
                    return firstSerial && isNumber;
                case ["key", var digits]:
                    bool firstKey = _key is null;
                    bool isKey = Ed25519Identity.TryParseHex(digits, out Ed25519Identity key);
                    _key = key;
                    return firstKey && isKey;
                case ["private"]:
                    _isPrivate = true;
                    return true;
                case ["parameter", var name, var number]:
                    bool isValue = int.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value);
                    _parameters.Add(new KeyValuePair<string, int>(name, value));
                    return isValue && _parameters.Count <= MaxParameters;
                case [NetworkLines.Authority, ..]:
                    return NetworkLines.TryRead(words, out DirectoryAuthority? authority) && Add(_authorities, authority, MaxAuthorities);
                case [NetworkLines.Fallback, ..]:
                    return NetworkLines.TryRead(words, out FallbackDirectory? fallback) && Add(_fallbacks, fallback, MaxFallbacks);
                case ["network" or "serial" or "key" or "private" or "parameter", ..]:
                    return false;
                default:
                    return true;
            }
        }

        internal NetworkFile? Build() => _name is null || _serial is null || _key is null || _authorities.Count == 0
            ? null
            : new NetworkFile
            {
                Name = _name,
                Serial = _serial.Value,
                Key = _key.Value,
                IsPrivate = _isPrivate,
                Authorities = _authorities,
                Fallbacks = _fallbacks,
                Parameters = _parameters,
            };

        private static bool Add<T>(List<T> list, T item, int limit)
        {
            list.Add(item);
            return list.Count <= limit;
        }
    }
}
