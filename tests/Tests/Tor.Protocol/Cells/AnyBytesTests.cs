using Tunic.Primitives.Bytes;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.RelayMessages;
using static Tunic.Tests.Tor.Protocol.Cells.Wire;

namespace Tunic.Tests.Tor.Protocol.Cells;

/// <summary>What holds for every decoder: any bytes are a message or malformed, and a message that was read and written again
/// reads the same.</summary>
public sealed class AnyBytesTests
{
    private static readonly Dictionary<string, (string Example, Func<byte[], byte[]> ReadAndWrite)> Decoders = new()
    {
        ["Versions"] = ("000300040005", body => Versions.Decode(body).Encode()),
        ["Certs"] = ("02 04 0003 010203 BB 0002 AABB", body => Certs.Decode(body).Encode()),
        ["AuthChallenge"] = (new string('A', 64) + "0002 0001 0003", body => AuthChallenge.Decode(body).Encode()),
        ["Authenticate"] = ("0003 0004 01020304", body => Authenticate.Decode(body).Encode()),
        ["NetInfo"] = ("5F6F80E1 04 04 7F000001 02 BB 01 FF 04 04 7F000001", body => NetInfo.Decode(body).Encode()),
        ["PaddingNegotiate"] = ("00 02 0100 0200", body => PaddingNegotiate.Decode(body).Encode()),
        ["Create2"] = ("0003 0004 01020304", body => Create2.Decode(body).Encode()),
        ["Created2"] = ("0004 01020304", body => Created2.Decode(body).Encode()),
        ["CreateFast"] = (new string('B', 42), body => CreateFast.Decode(body).Encode()),
        ["CreatedFast"] = (new string('C', 82), body => CreatedFast.Decode(body).Encode()),
        ["Destroy"] = ("0400", body => Destroy.Decode(body).Encode()),
        ["Begin"] = ("5b323030313a6462383a3a315d3a323200 00000003", body => Begin.Decode(body).Encode()),
        ["Connected"] = ("00000000 06 2607f8b0400c0c020000000000000068 00000258", body => Connected.Decode(body).Encode()),
        ["End"] = ("04 7f000007 00000100", body => body.Length == 0 ? [1] : End.Decode(body).Encode()),
        ["Sendme"] = ("01 0010 F01234989823478BCDEFABCDEF012345", body => Sendme.Decode(body).Encode()),
        ["Extend2"] = (
            "03 00 06 12F40001F0F1 02 14 616E7468726F706F6D6F727068697A6174696F6E F0 01 75 FFFF 0002 ABCD",
            body => Extend2.Decode(body).Encode()),
        ["Extended2"] = ("0004 01020304", body => Extended2.Decode(body).Encode()),
        ["Truncated"] = ("08", body => body.Length == 0 ? [1] : Truncated.Decode(body).Encode()),
        ["Resolve"] = ("612e6200", body => Resolve.Decode(body).Encode()),
        ["Resolved"] = ("04 04 7f000001 00000E10 00 02 612E 00001c20 F0 00 00000001", body => Resolved.Decode(body).Encode()),
        ["Xon"] = ("00 00000400", body => Xon.Decode(body).Encode()),
    };

    public static TheoryData<string> Names => [.. Decoders.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Any_bytes_are_a_message_or_malformed(string name)
    {
        (string example, Func<byte[], byte[]> readAndWrite) = Decoders[name];
        byte[] valid = Hex(example);
        readAndWrite(valid);

        var random = new SeededRandomSource(17);
        for (int i = 0; i < 3000; i++)
        {
            byte[] body = Mutate(valid, random);
            byte[] written;
            try
            {
                written = readAndWrite(body);
            }
            catch (MalformedMessageException)
            {
                continue;
            }

            Assert.True(written.AsSpan().SequenceEqual(readAndWrite(written)), $"{name}: {Convert.ToHexString(body)}");
        }
    }

    private static byte[] Mutate(byte[] valid, SeededRandomSource random)
    {
        List<byte> bytes = [.. valid];
        for (int change = random.NextInt32(4); change >= 0; change--)
        {
            int place = random.NextInt32(bytes.Count + 1);
            switch (random.NextInt32(4))
            {
                case 0:
                    bytes.Insert(place, (byte)random.NextInt32(256));
                    break;
                case 1:
                    bytes.RemoveRange(place, random.NextInt32(bytes.Count - place + 1));
                    break;
                case 2 when place < bytes.Count:
                    bytes[place] = (byte)(1 << random.NextInt32(8));
                    break;
                case 3 when place < bytes.Count:
                    bytes[place] = (byte)random.NextInt32(256);
                    break;
            }
        }

        return [.. bytes];
    }
}
