using Tunic.Primitives.Bytes;
using Tunic.Primitives.Time;
using Tunic.Tests.Tor.Protocol.Certificates;
using Tunic.Tor.Protocol.Certificates;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tests.Tor.Protocol.Links;

/// <summary>Random changes by a seeded peer: nothing but the protocol exceptions may come of them.</summary>
public sealed class LinkHandshakeMutationTests
{
    [Fact]
    public void Random_changes_of_cells_close_the_link_or_do_no_harm()
    {
        for (ulong seed = 0; seed < 150; seed++)
        {
            var random = new SeededRandomSource(seed);
            using var pair = new LinkPair(TestRelay.A);
            pair.FromInitiator = cell => [cell with { Body = Mutate(cell.Body, random) }];
            pair.FromResponder = pair.FromInitiator;
            Exception? problem = Record.Exception(pair.Run);

            Assert.True(problem is null or ChannelProtocolException, $"seed {seed}: {problem}");
        }
    }

    [Fact]
    public void Random_changes_of_certificates_are_malformed_or_readable()
    {
        byte[][] certificates =
        [
            ChutneyCertificates.IdentityX509, ChutneyCertificates.Signing, ChutneyCertificates.Link, ChutneyCertificates.Cross,
        ];
        var random = new SeededRandomSource(1);
        for (int i = 0; i < 5000; i++)
        {
            byte[] changed = Mutate(certificates[i % certificates.Length], random);

            RequireMalformedOrNothing(() => RsaX509Certificate.Parse(changed), i);
            RequireMalformedOrNothing(() => Ed25519Certificate.Parse(changed), i);
            RequireMalformedOrNothing(() => RsaToEd25519CrossCertificate.Parse(changed), i);
        }
    }

    private static void RequireMalformedOrNothing(Func<object> parse, int round)
    {
        Exception? problem = Record.Exception(parse);
        Assert.True(problem is null or MalformedMessageException, $"round {round}: {problem}");
    }

    private static byte[] Mutate(byte[] bytes, RandomSource random)
    {
        byte[] changed = [.. bytes];
        for (int i = random.NextInt32(4); i > 0 && changed.Length > 0; i--)
        {
            changed[random.NextInt32(changed.Length)] = (byte)random.NextInt32(256);
        }

        return random.NextInt32(8) == 0 ? changed[..random.NextInt32(changed.Length + 1)] : changed;
    }
}
