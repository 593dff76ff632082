using Tunic.Node.Configuration.Torrc;

namespace Tunic.Tests.Node.Configuration.Torrc;

public sealed class TorrcLexerTests
{
    [Theory]
    [InlineData("Nickname a", "Nickname", "a")]
    [InlineData("  Nickname\t a b  \r\n", "Nickname", "a b")]
    [InlineData("# comment\n\n Nickname a # behind", "Nickname", "a")]
    [InlineData("Nickname", "Nickname", "")]
    [InlineData("Nickname#x\n", "Nickname", "")]
    [InlineData("ContactInfo \"a \\\"b\\\" \\n\\t\\r\\\\ \\x41\\101\\? #c\" # d", "ContactInfo", "a \"b\" \n\t\r\\ AA? #c")]
    [InlineData("ExitPolicy a,\\\n b", "ExitPolicy", "a, b")]
    [InlineData("ExitPolicy a,\\\n# one\n# two\n b # three", "ExitPolicy", "a, b")]
    [InlineData("ExitPolicy \\\n a", "ExitPolicy", "a")]
    public void One_option_is_cut_into_name_and_value(string text, string key, string value)
    {
        TorrcLine line = Assert.Single(TorrcLexer.Read(text, "f"));

        Assert.Equal((key, value, TorrcCommand.Replace), (line.Key, line.Value.Trim(), line.Command));
    }

    [Fact]
    public void Every_option_knows_its_line_also_after_a_continuation()
    {
        IReadOnlyList<TorrcLine> lines = TorrcLexer.Read("A 1\n\n# x\nB 2 \\\n 3\nC \"4\"\nD", "f");

        Assert.Equal([("A", 1), ("B", 4), ("C", 6), ("D", 7)], lines.Select(line => (line.Key, line.Number)));
        Assert.Equal("f, line 4", lines[1].Place);
    }

    [Fact]
    public void A_line_that_begins_with_a_continuation_names_no_option()
    {
        TorrcLine line = Assert.Single(TorrcLexer.Read("\\\n a", "f"));

        Assert.Equal(("", "a"), (line.Key, line.Value.Trim()));
        Assert.Throws<TorrcException>(() => TorrcText.Options("\\\n a"));
    }

    [Fact]
    public void A_sign_before_the_name_says_what_becomes_of_earlier_values()
    {
        IReadOnlyList<TorrcLine> lines = TorrcLexer.Read("+A 1\n/B 2\nC 3", "f");

        Assert.Equal([TorrcCommand.Append, TorrcCommand.Clear, TorrcCommand.Replace], lines.Select(line => line.Command));
        Assert.Equal(["1", "", "3"], lines.Select(line => line.Value));
    }

    [Theory]
    [InlineData("A \"x", "Invalid escape sequence in quoted string")]
    [InlineData("A \"x\ny\"", "Invalid escape sequence in quoted string")]
    [InlineData("A \"\\q\"", "Invalid escape sequence in quoted string")]
    [InlineData("A \"\\x4\"", "Invalid escape sequence in quoted string")]
    [InlineData("A \"\\400\"", "Invalid escape sequence in quoted string")]
    [InlineData("A \"a\\0b\"", "a NUL character in a quoted string")]
    [InlineData("A \"\\x00\"", "a NUL character in a quoted string")]
    [InlineData("A \"\\", "Invalid escape sequence in quoted string")]
    [InlineData("\n\nA \"x\" y", "Excess data after quoted string")]
    public void Bad_quotes_are_named_with_file_and_line(string text, string fault)
    {
        string message = Assert.Throws<TorrcException>(() => TorrcLexer.Read(text, "f")).Message;

        Assert.Contains(fault, message, StringComparison.Ordinal);
        Assert.Contains("(f, line ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_prefix_of_a_torrc_is_read_or_refused_but_never_crashes()
    {
        const string Text = "A 1 \\\n# c\n 2\n+B \"q\\x41\\n\" # z\n/C\n%include \"a\"\n";
        for (int length = 0; length <= Text.Length; length++)
        {
            try
            {
                Assert.True(TorrcLexer.Read(Text[..length], "f").Count <= 4);
            }
            catch (TorrcException)
            {
                Assert.Contains('"', Text[..length]);
            }
        }
    }
}
