using System.Text;
using Tunic.Tor.Network.NetworkDirectory;

namespace Tunic.Tests.TorNetwork.NetworkDirectory;

public sealed class DirectoryHttpTests
{
    [Theory]
    [InlineData("789CFFFF")] // no deflate stream
    [InlineData("78BB00000001")] // wants a preset dictionary
    [InlineData("0000")]
    public void An_answer_that_cannot_be_decompressed_is_the_directorys_fault(string hex)
    {
        byte[] answer = [.. Encoding.ASCII.GetBytes("HTTP/1.0 200 OK\r\nContent-Encoding: deflate\r\n\r\n"), .. Convert.FromHexString(hex)];

        Assert.Throws<DirectoryException>(() => DirectoryHttp.Parse(answer, 1000));
    }
}
