using Tunic.Primitives.Bytes;
using Tunic.Tests.Fuzz.Engine;

namespace Tunic.Tests.Fuzz.Targets;

/// <summary>Reads a message.</summary>
internal delegate T Decoder<out T>(ReadOnlySpan<byte> message);

/// <summary>The rule where there is an encoder: what was read can be written, and what was written reads back the same.</summary>
internal static class RoundTrip
{
    /// <summary>Decodes, encodes, decodes and encodes again.</summary>
    /// <exception cref="MalformedMessageException">The input is no message.</exception>
    /// <exception cref="FuzzFailureException">The two encodings differ, or the first cannot be read.</exception>
    public static void Check<T>(ReadOnlySpan<byte> input, Decoder<T> decode, Func<T, byte[]> encode)
    {
        byte[] written = Encode(decode(input), encode);
        byte[] again;
        try
        {
            again = encode(decode(written));
        }
        catch (MalformedMessageException malformed)
        {
            throw new FuzzFailureException($"cannot read what it wrote: {Convert.ToHexString(written)}", malformed);
        }

        if (!again.AsSpan().SequenceEqual(written))
        {
            throw new FuzzFailureException($"writes something else after reading: {Convert.ToHexString(written)}");
        }
    }

    /// <summary>As the other, for what is read from text and may be refused with false.</summary>
    public static void Check<T>(string input, Func<string, T?> parse, Func<T, string> format)
        where T : class
    {
        if (parse(input) is not { } value)
        {
            return;
        }

        string written = format(value);
        T again = parse(written) ?? throw new FuzzFailureException($"cannot read what it wrote: {written}");
        if (format(again) != written)
        {
            throw new FuzzFailureException($"writes something else after reading: {written}");
        }
    }

    /// <summary>An encoder that calls what was decoded malformed is as wrong as one that throws anything else.</summary>
    private static byte[] Encode<T>(T message, Func<T, byte[]> encode)
    {
        try
        {
            return encode(message);
        }
        catch (MalformedMessageException malformed)
        {
            throw new FuzzFailureException("cannot write what it read", malformed);
        }
    }
}
