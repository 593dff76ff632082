using Tunic.Node.TorProgram;

namespace Tunic.Tests.Node.TorProgram;

public sealed class HashedPasswordTests
{
    /// <summary>From `tor --hash-password foo` (0.4.9.11): the first 8 bytes are the salt.</summary>
    [Theory]
    [InlineData("16:E9677DA5E6733F21601E880B834248A3E7D62273A9EC92C6BB1CF587EC")]
    [InlineData("16:1D886660F8740786608BA7D3C18B12E1491F25FD26E1E1017F5306587D")]
    public void A_password_hashes_as_stock_hashes_it(string expected) =>
        Assert.Equal(expected, HashedPassword.Create("foo", Convert.FromHexString(expected.AsSpan(3, 16))));
}
