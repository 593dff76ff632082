using System.Diagnostics.CodeAnalysis;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.OnionServices.Descriptors;

/// <summary>Reads the inner layer of a descriptor (hs_descriptor.c, desc_decode_encrypted_v3).</summary>
/// <param name="signingKey">The descriptor's signing key, which certifies the keys of introduction points.</param>
/// <param name="now">Wall clock, UTC.</param>
/// <param name="sendmeIncrement">The consensus parameter cc_sendme_inc.</param>
internal sealed class InnerLayerParser(Ed25519Identity signingKey, DateTime now, int sendmeIncrement)
{
    private readonly DocumentLexer _lexer = new(InnerLayerFormat.Format);

    private static ReadOnlySpan<byte> SectionStart => "\nintroduction-point "u8;

    /// <summary>Reads the decrypted text. A malformed introduction point is left out; anything else that is wrong spoils the whole.</summary>
    public bool TryParse(ReadOnlyMemory<byte> text, [NotNullWhen(true)] out DescriptorContent? content)
    {
        content = null;
        if (!_lexer.TryRead(text, 0, text.Length, out _)
            || !HasNtor()
            || !TryReadAuthentication(out string[] authentication)
            || !TryReadFlowControl(out DescriptorFlowControl? flowControl)
            || !TryReadProofOfWork(out ProofOfWorkParameters? proofOfWork)
            || ReadIntroductionPoints(text) is not { } points)
        {
            return false;
        }

        content = new DescriptorContent
        {
            IntroductionPoints = points,
            IntroductionAuthentication = authentication,
            IsSingleOnionService = _lexer.TryFind(InnerLayerFormat.SingleOnionService, out _),
            FlowControl = flowControl,
            ProofOfWork = proofOfWork,
        };
        return true;
    }

    private bool HasNtor()
    {
        ArgumentReader words = _lexer.Find(InnerLayerFormat.Create2Formats).Arguments;
        for (ReadOnlySpan<byte> word = words.Next(); !word.IsEmpty; word = words.Next())
        {
            if (FieldText.TryParseNumber(word, 1, ushort.MaxValue, out long type) && type == (long)HandshakeType.Ntor)
            {
                return true;
            }
        }

        return false;
    }

    private bool TryReadAuthentication(out string[] kinds)
    {
        kinds = [];
        if (!_lexer.TryFind(InnerLayerFormat.IntroAuthRequired, out DocumentItem item))
        {
            return true;
        }

        kinds = item.RestAsText().Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return item.Argument(0).StartsWith("ed25519"u8); // stock tor compares the beginning of the first word alone
    }

    private bool TryReadFlowControl(out DescriptorFlowControl? flowControl)
    {
        flowControl = null;
        if (!_lexer.TryFind(InnerLayerFormat.FlowControl, out DocumentItem item))
        {
            return true;
        }

        if (!FieldText.TryParseNumber(item.Argument(1), 1, byte.MaxValue, out long increment) || Math.Abs(increment - sendmeIncrement) > 1)
        {
            return false;
        }

        flowControl = new DescriptorFlowControl(item.ArgumentAsText(0), (int)increment);
        return true;
    }

    private bool TryReadProofOfWork(out ProofOfWorkParameters? parameters)
    {
        parameters = null;
        foreach (DocumentItem item in _lexer.Items)
        {
            if (!ReferenceEquals(item.Rule, InnerLayerFormat.PowParams) || !item.Argument(0).SequenceEqual("v1"u8))
            {
                continue;
            }

            var seed = new byte[ProofOfWorkParameters.SeedLength];
            if (parameters is not null
                || !Base64Text.TryDecodeExactly(item.Argument(1), seed)
                || !FieldText.TryParseNumber(item.Argument(2), 0, uint.MaxValue, out long effort)
                || !TryReadTime(item.Argument(3), out DateTime expiresAt))
            {
                return false;
            }

            parameters = new ProofOfWorkParameters(ProofOfWorkScheme.V1, seed, (uint)effort, expiresAt);
        }

        return true;
    }

    /// <summary>A time with a T between day and hour.</summary>
    private static bool TryReadTime(ReadOnlySpan<byte> text, out DateTime time)
    {
        time = default;
        int separator = text.IndexOf((byte)'T');
        return separator > 0 && FieldText.TryParseTime([.. text[..separator], (byte)' ', .. text[(separator + 1)..]], out time);
    }

    /// <summary>Null when there are too many good ones.</summary>
    private List<IntroductionPoint>? ReadIntroductionPoints(ReadOnlyMemory<byte> text)
    {
        var parser = new IntroductionPointParser(signingKey, now);
        List<IntroductionPoint> points = [];
        int start = text.Span.IndexOf(SectionStart);
        while (start >= 0)
        {
            ReadOnlyMemory<byte> section = text[(start + 1)..];
            int length = section.Span.IndexOf(SectionStart);
            if (parser.TryParse(length < 0 ? section : section[..length], out IntroductionPoint? point))
            {
                points.Add(point);
            }

            if (points.Count > DescriptorContent.MaxIntroductionPoints)
            {
                return null;
            }

            start = length < 0 ? -1 : start + 1 + length;
        }

        return points;
    }
}
