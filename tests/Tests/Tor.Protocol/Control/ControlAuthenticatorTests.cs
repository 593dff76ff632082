using System.Security.Cryptography;
using System.Text;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Control.Arguments;
using Tunic.Tor.Protocol.Control.Authentication;

namespace Tunic.Tests.Tor.Protocol.Control;

public sealed class ControlAuthenticatorTests
{
    /// <summary>From `tor --hash-password foo` (0.4.9.11).</summary>
    private const string HashOfFoo = "16:E9677DA5E6733F21601E880B834248A3E7D62273A9EC92C6BB1CF587EC";

    private static readonly byte[] Cookie = [.. Enumerable.Range(0, 32).Select(value => (byte)value)];

    [Fact]
    public void A_password_that_stock_has_hashed_is_known_again()
    {
        Assert.True(HashedPassword.TryParse(HashOfFoo, out HashedPassword? password));
        Assert.True(password.Matches("foo"u8));
        Assert.False(password.Matches("bar"u8));
        Assert.Equal(HashOfFoo, password.ToString());
        Assert.True(HashedPassword.TryParse(Convert.ToBase64String(Convert.FromHexString(HashOfFoo[3..])), out HashedPassword? same));
        Assert.Equal(HashOfFoo, same.ToString());
    }

    [Fact]
    public void A_fresh_hash_has_its_own_salt_and_matches_its_password()
    {
        var random = new SeededRandomSource(1);
        HashedPassword one = HashedPassword.Create("secret"u8, random);

        Assert.True(one.Matches("secret"u8));
        Assert.NotEqual(one.ToString(), HashedPassword.Create("secret"u8, random).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("16:")]
    [InlineData("16:E9677DA5E6733F21601E880B834248A3E7D62273A9EC92C6BB1CF587")]
    [InlineData("16:E9677DA5E6733F21601E880B834248A3E7D62273A9EC92C6BB1CF587ECEC")]
    [InlineData("16:zz677DA5E6733F21601E880B834248A3E7D62273A9EC92C6BB1CF587EC")]
    public void What_is_no_hash_is_refused(string text) => Assert.False(HashedPassword.TryParse(text, out _));

    [Fact]
    public void Without_cookie_and_password_anything_lets_in()
    {
        ControlAuthenticator login = Create(new ControlCredentials());
        Assert.Contains("METHODS=NULL", login.TellProtocol(Arguments("1", ControlSyntax.Words)).Reply.ToString(), StringComparison.Ordinal);
        Assert.True(Authenticate(login, "").IsAccepted);
        Assert.True(login.IsAccepted);
    }

    [Fact]
    public void A_cookie_lets_in_by_itself_and_by_proof()
    {
        var credentials = new ControlCredentials { Cookie = Cookie, CookiePath = "/a b" };
        Assert.Contains("METHODS=COOKIE,SAFECOOKIE COOKIEFILE=\"/a b\"", Create(credentials).TellProtocol(Arguments("", ControlSyntax.Words)).Reply.ToString(), StringComparison.Ordinal);
        Assert.True(Authenticate(Create(credentials), Convert.ToHexString(Cookie)).IsAccepted);
        Assert.Equal("515 Authentication failed: Wrong length on authentication cookie.\r\n", Authenticate(Create(credentials), "00").Reply.ToString());

        ControlAuthenticator login = Create(credentials);
        string[] words = login.Challenge(Arguments("SAFECOOKIE 0102", ControlAuthenticator.ChallengeSyntax)).Reply.ToString().Trim().Split(' ', '=');
        byte[] nonce = Convert.FromHexString(words[^1]);
        byte[] message = [.. Cookie, 1, 2, .. nonce];
        Assert.Equal(
            Convert.ToHexString(HMACSHA256.HashData(Encoding.ASCII.GetBytes("Tor safe cookie authentication server-to-controller hash"), message)), words[3]);
        Assert.False(login.Allows("PROTOCOLINFO"));
        Assert.False(login.Allows("AUTHCHALLENGE"));
        string proof = Convert.ToHexString(HMACSHA256.HashData(Encoding.ASCII.GetBytes("Tor safe cookie authentication controller-to-server hash"), message));
        Assert.True(Authenticate(login, proof).IsAccepted);
    }

    [Fact]
    public void A_wrong_proof_and_the_cookie_itself_after_a_challenge_are_refused()
    {
        ControlAuthenticator login = Create(new ControlCredentials { Cookie = Cookie });
        login.Challenge(Arguments("SAFECOOKIE \"nonce\"", ControlAuthenticator.ChallengeSyntax));

        AuthenticationStep step = Authenticate(login, Convert.ToHexString(Cookie));

        Assert.Equal("515 Authentication failed: Safe cookie response did not match expected value.\r\n", step.Reply.ToString());
        Assert.True(step.Closes);
        Assert.False(login.IsAccepted);
    }

    [Theory]
    [InlineData("\"foo\"", "250 OK")]
    [InlineData("666f6f", "250 OK")]
    [InlineData("\"f\\oo\"", "250 OK")]
    [InlineData("\"bar\"", "515 Authentication failed: Password did not match HashedControlPassword value from configuration")]
    [InlineData("foo", "551 Invalid hexadecimal encoding.")]
    [InlineData("a=b", "512 AUTHENTICATE does not accept keyword arguments.")]
    [InlineData("00 00", "512 Too many arguments to AUTHENTICATE.")]
    public void A_password_is_hexadecimal_or_quoted(string given, string answer)
    {
        Assert.True(HashedPassword.TryParse(HashOfFoo, out HashedPassword? password));

        Assert.StartsWith(answer, Authenticate(Create(new ControlCredentials { Passwords = [password] }), given).Reply.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_four_commands_are_allowed_before()
    {
        ControlAuthenticator login = Create(new ControlCredentials());
        Assert.True(login.Allows("protocolinfo") && login.Allows("AuthChallenge") && login.Allows("AUTHENTICATE") && login.Allows("quit"));
        Assert.False(login.Allows("GETINFO"));
        login.TellProtocol(Arguments("", ControlSyntax.Words));
        Assert.False(login.Allows("PROTOCOLINFO"));
    }

    private static ControlAuthenticator Create(ControlCredentials credentials) => new(credentials, "0.4.9.11", new SeededRandomSource(7));

    private static AuthenticationStep Authenticate(ControlAuthenticator login, string given) =>
        login.Authenticate(Arguments(given, ControlAuthenticator.AuthenticateSyntax));

    private static ControlArguments Arguments(string text, ControlSyntax syntax) =>
        ControlArguments.TryParse(text + "\r\n", syntax, out ControlArguments? arguments, out string? fault) ? arguments : throw new InvalidOperationException(fault);
}
