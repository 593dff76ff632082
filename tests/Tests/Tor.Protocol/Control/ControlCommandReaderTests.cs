using System.Text;
using Tunic.Tor.Protocol.Control;

namespace Tunic.Tests.Tor.Protocol.Control;

public sealed class ControlCommandReaderTests
{
    [Theory]
    [InlineData("GETINFO version\r\n", "GETINFO", "version\r\n")]
    [InlineData("getinfo\tversion\n", "getinfo", "version\n")]
    [InlineData("QUIT\r\n", "QUIT", "")]
    [InlineData("\r\n", "", "")]
    [InlineData("+LOADCONF\r\nA 1\r\n..b\r\n.\r\n", "+LOADCONF", "\r\nA 1\r\n..b\r\n")]
    [InlineData("+LOADCONF x\nA\n.\n", "+LOADCONF", "x\nA\n")]
    public void A_command_is_cut_at_its_end_wherever_the_bytes_are_cut(string sent, string name, string body)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(sent + "NEXT\r\n");
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            var reader = new ControlCommandReader();
            reader.Add(bytes.AsSpan(0, cut));
            ControlInput input = reader.TryRead(isAuthenticated: true, out ControlCommand? command);
            Assert.Equal(cut >= sent.Length ? ControlInput.Command : ControlInput.Incomplete, input);
            reader.Add(bytes.AsSpan(cut));
            if (input == ControlInput.Incomplete)
            {
                Assert.Equal(ControlInput.Command, reader.TryRead(isAuthenticated: true, out command));
            }

            Assert.Equal(new ControlCommand(name, body), command);
            Assert.Equal(ControlInput.Command, reader.TryRead(isAuthenticated: true, out command));
            Assert.Equal("NEXT", command!.Name);
            Assert.Equal(0, reader.Length);
        }
    }

    [Fact]
    public void A_command_of_the_limit_is_read_and_one_byte_more_is_refused()
    {
        byte[] longest = [.. Enumerable.Repeat((byte)'a', ControlCommandReader.MaxLength - 1), (byte)'\n'];

        Assert.Equal(ControlInput.Command, Read(longest));
        Assert.Equal(ControlInput.TooLong, Read([(byte)'a', .. longest]));
        Assert.Equal(ControlInput.TooLong, Read([.. Enumerable.Repeat((byte)'a', ControlCommandReader.MaxLength + 1)]));
    }

    [Theory]
    [InlineData("GET / HTTP/1.0\r\n", ControlInput.Http)]
    [InlineData("CONNECT a:1 HTTP/1.0\r\n", ControlInput.Http)]
    [InlineData("\0\0\0\u0001", ControlInput.Binary)]
    [InlineData("GETINFO version\r\n", ControlInput.Command)]
    public void Other_protocols_are_told_apart_before_the_controller_is_in(string sent, ControlInput expected)
    {
        var reader = new ControlCommandReader();
        reader.Add(Encoding.Latin1.GetBytes(sent));

        Assert.Equal(expected, reader.TryRead(isAuthenticated: false, out _));
    }

    private static ControlInput Read(byte[] bytes)
    {
        var reader = new ControlCommandReader();
        reader.Add(bytes);
        return reader.TryRead(isAuthenticated: true, out _);
    }
}
