using Tunic.Primitives.Bytes;

namespace Tunic.Tests.Tor.Protocol.Cells;

/// <summary>What the codec tests have in common.</summary>
internal static class Wire
{
    /// <summary>Hexadecimal with spaces, in which the fields can be told apart.</summary>
    public static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));

    /// <summary>A fixed-length body: the bytes and then zeros.</summary>
    public static byte[] Padded(byte[] bytes) => [.. bytes, .. new byte[509 - bytes.Length]];

    /// <summary>Cuts a valid message at every byte: each prefix must be malformed, and nothing but malformed.</summary>
    public static void EveryPrefixIsMalformed(byte[] message, Action<byte[]> decode)
    {
        decode(message);
        for (int length = 0; length < message.Length; length++)
        {
            byte[] prefix = message[..length];
            Assert.Throws<MalformedMessageException>(() => decode(prefix));
        }
    }
}
