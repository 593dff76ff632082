using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Protocol.FlowControl;

/// <summary>A DATA cell that the peer has to acknowledge: its tag, and when it was sent. Holds the tag inline, so that the cell path
/// allocates nothing.</summary>
internal struct SendmeExpectation
{
    private readonly byte _tagLength;
    private TagBytes _tag;

    /// <summary>Copies the tag.</summary>
    /// <exception cref="ArgumentException">The tag has neither 16 nor 20 bytes.</exception>
    public SendmeExpectation(ReadOnlySpan<byte> tag, TimeSpan sentAt)
    {
        if (tag.Length is not (Sendme.CgoTagLength or Sendme.Tor1TagLength))
        {
            throw new ArgumentException($"a tag has 16 or 20 bytes, not {tag.Length}", nameof(tag));
        }

        tag.CopyTo(_tag);
        _tagLength = (byte)tag.Length;
        SentAt = sentAt;
    }

    /// <summary>Monotonic time at which the cell was sent.</summary>
    public TimeSpan SentAt { get; }

    /// <summary>Compares in constant time.</summary>
    public readonly bool Matches(ReadOnlySpan<byte> tag)
    {
        ReadOnlySpan<byte> expected = _tag;
        return CryptographicOperations.FixedTimeEquals(expected[.._tagLength], tag);
    }

    [InlineArray(Sendme.Tor1TagLength)]
    private struct TagBytes
    {
        private byte _first;
    }
}
