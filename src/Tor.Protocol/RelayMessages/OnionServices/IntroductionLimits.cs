using System.Diagnostics.CodeAnalysis;
using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.RelayMessages.OnionServices;

/// <summary>
/// How many INTRODUCE2 a service wants from its introduction point: an extension of ESTABLISH_INTRO (proposal 305; stock hs_intropoint.c,
/// handle_establish_intro_cell_dos_extension).
/// </summary>
/// <param name="RatePerSecond">Messages per second; 0 switches the limit off.</param>
/// <param name="BurstPerSecond">Messages at once; 0 switches the limit off.</param>
public sealed record IntroductionLimits(ulong RatePerSecond, ulong BurstPerSecond)
{
    private const byte ExtensionType = 1;
    private const byte RateParameter = 1;
    private const byte BurstParameter = 2;
    private const int ParameterLength = 9;

    /// <summary>Whether a relay limits at all: zero, values over 2^31 - 1 and a burst below the rate switch the limit off.</summary>
    public bool AreEnabled => RatePerSecond is > 0 and <= int.MaxValue && BurstPerSecond is > 0 and <= int.MaxValue && BurstPerSecond >= RatePerSecond;

    /// <summary>Finds the last such extension that can be read. One that cannot, or has parameters without a name, is as if it were not there.</summary>
    public static bool TryFind(MessageExtensions extensions, [NotNullWhen(true)] out IntroductionLimits? limits)
    {
        limits = null;
        foreach (MessageExtension extension in extensions)
        {
            if (extension.Type == ExtensionType && Read(extension.Body.Span) is { } found)
            {
                limits = found;
            }
        }

        return limits is not null;
    }

    /// <summary>The extension, with both parameters as stock services write them.</summary>
    public MessageExtension ToExtension()
    {
        var body = new byte[1 + (2 * ParameterLength)];
        var writer = new ByteWriter(body);
        writer.WriteByte(2);
        writer.WriteByte(RateParameter);
        writer.WriteUInt64(RatePerSecond);
        writer.WriteByte(BurstParameter);
        writer.WriteUInt64(BurstPerSecond);
        return new MessageExtension(ExtensionType, body);
    }

    private static IntroductionLimits? Read(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty || body.Length < 1 + (body[0] * ParameterLength))
        {
            return null;
        }

        var reader = new ByteReader(body);
        int count = reader.ReadByte();
        ulong rate = 0;
        ulong burst = 0;
        for (int i = 0; i < count; i++)
        {
            byte parameter = reader.ReadByte();
            ulong value = reader.ReadUInt64();
            switch (parameter)
            {
                case RateParameter:
                    rate = value;
                    break;
                case BurstParameter:
                    burst = value;
                    break;
                default:
                    return null;
            }
        }

        return new IntroductionLimits(rate, burst);
    }
}
