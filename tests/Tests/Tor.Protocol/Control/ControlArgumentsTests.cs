using Tunic.Tor.Protocol.Control.Arguments;

namespace Tunic.Tests.Tor.Protocol.Control;

public sealed class ControlArgumentsTests
{
    private static readonly ControlSyntax Assignments = new() { AcceptsKeywords = true, Keywords = KeywordRules.OmitValues | KeywordRules.Quoted };

    [Fact]
    public void Words_are_parted_by_any_number_of_blanks() =>
        Assert.Equal(["a", "b", "c"], Parse("  a   b c \r\n", ControlSyntax.Words).Words);

    [Fact]
    public void What_follows_the_positional_arguments_is_read_as_keywords()
    {
        var syntax = new ControlSyntax { MinArguments = 1, MaxArguments = 1, AcceptsKeywords = true, Keywords = KeywordRules.OmitValues };
        ControlArguments arguments = Parse("0 $AA,b Purpose=controller\r\n", syntax);

        Assert.Equal(["0"], arguments.Words);
        Assert.Equal([new ControlKeyword("$AA,b", ""), new ControlKeyword("Purpose", "controller")], arguments.Keywords);
        Assert.Equal("controller", arguments.Find("PURPOSE"));
        Assert.True(arguments.HasFlag("$aa,B"));
    }

    /// <summary>The escapes of stock's unescape_string (lib/encoding/cstring.c).</summary>
    [Theory]
    [InlineData("A=\"b c\"", "b c")]
    [InlineData("A=\"\\\"\\\\\\'\\n\\r\\t\"", "\"\\'\n\r\t")]
    [InlineData("A=\"\\101\\x4a\\0012\"", "AJ\u00012")]
    [InlineData("A=b=c", "b=c")]
    [InlineData("A=\"\"", "")]
    [InlineData("A", "")]
    public void Values_may_be_c_strings(string line, string value) =>
        Assert.Equal([new ControlKeyword("A", value)], Parse(line + "\r\n", Assignments).Keywords);

    [Theory]
    [InlineData("=b")]
    [InlineData("A=\"b")]
    [InlineData("A=\"\\q\"")]
    [InlineData("A=\"\\400\"")]
    [InlineData("A=\"\\x4\"")]
    [InlineData("A=\"\\0\"")]
    [InlineData("\"A\"")]
    public void Bad_keywords_are_told_in_stocks_words(string line) => Assert.Equal("Cannot parse keyword argument(s)", FaultOf(line + "\r\n", Assignments));

    [Fact]
    public void Faults_of_number_and_kind_are_told_in_stocks_words()
    {
        var one = new ControlSyntax { MinArguments = 1, MaxArguments = 1 };
        Assert.Equal("Need at least 1 argument(s)", FaultOf("\r\n", one));
        Assert.Equal("Cannot accept more than 1 argument(s)", FaultOf("a b\r\n", one));
        Assert.Equal("Unexpected body", FaultOf("a\r\nb\r\n", one));
        Assert.Equal("Empty body", FaultOf("a\r\n", one with { TakesData = true }));
        Assert.Equal("Unrecognized keyword argument \"B\"", FaultOf("A=1 B=2\r\n", new ControlSyntax { AcceptsKeywords = true, AllowedKeywords = ["a"] }));
    }

    [Fact]
    public void Data_loses_its_extra_dots() =>
        Assert.Equal(".a\nb\n", Parse("\r\n..a\r\nb\r\n", new ControlSyntax { TakesData = true }).Data);

    private static ControlArguments Parse(string body, ControlSyntax syntax) =>
        ControlArguments.TryParse(body, syntax, out ControlArguments? arguments, out string? fault) ? arguments : throw new InvalidOperationException(fault);

    private static string? FaultOf(string body, ControlSyntax syntax)
    {
        Assert.False(ControlArguments.TryParse(body, syntax, out _, out string? fault));
        return fault;
    }
}
