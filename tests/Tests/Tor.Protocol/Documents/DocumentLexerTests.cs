using System.Text;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tests.Tor.Protocol.Documents;

public sealed class DocumentLexerTests
{
    private static readonly ItemRule Start = ItemRule.Once("start").WithArguments(1).First();
    private static readonly ItemRule Note = ItemRule.AtMostOnce("note").WithWholeLine();
    private static readonly ItemRule Blob = ItemRule.AnyNumber("blob").WithoutArguments().WithObject(ObjectRule.Required);
    private static readonly ItemRule Key = ItemRule.AnyNumber("key").WithObject(ObjectRule.RsaKey1024);
    private static readonly ItemRule End = ItemRule.Once("end").WithArguments(0, 2).Last();
    private static readonly DocumentFormat Format = new(Start, Note, Blob, Key, End);

    [Fact]
    public void Items_know_their_words_and_their_exact_place()
    {
        DocumentLexer lexer = Read("start a  b\tc\nnote  two words \nend\n");

        DocumentItem start = lexer.Find(Start);
        Assert.Equal((0, 6, 13), (start.Start, start.ArgumentsStart, start.End));
        Assert.Equal(["a", "b", "c"], [start.ArgumentAsText(0), start.ArgumentAsText(1), start.ArgumentAsText(2)]);
        Assert.True(start.Argument(3).IsEmpty);
        Assert.Equal("two words ", lexer.Find(Note).RestAsText());
        Assert.Equal(3, lexer.Items.Count);
    }

    [Fact]
    public void Objects_are_decoded_with_or_without_padding()
    {
        DocumentLexer lexer = Read("start x\nblob\n-----BEGIN A B-----\nAQID\nBAU=\n-----END A B-----\nend\n");

        DocumentItem blob = lexer.Find(Blob);
        Assert.Equal([1, 2, 3, 4, 5], blob.DecodeObject());
        Assert.True(blob.HasLabel("A B"u8));
    }

    [Fact]
    public void Unknown_keywords_blank_lines_and_opt_are_tolerated_as_in_stock()
    {
        DocumentLexer lexer = Read("\n  start x\n\nopt note n\nunheard-of 1 2 3\n-----BEGIN X-----\nAA==\n-----END X-----\n@annotation\nend\n\n");

        Assert.Equal("n", lexer.Find(Note).RestAsText());
        Assert.Equal(2, lexer.Items.Count(item => item.Rule is null));
    }

    [Theory]
    [InlineData("note n\nstart x\nend\n", "first item is not start.")]
    [InlineData("start x\nend\nnote n\n", "last item is not end.")]
    [InlineData("end\n", "missing start element.")]
    [InlineData("start x\nstart y\nend\n", "too many start elements.")]
    [InlineData("start\nend\n", "Too few arguments to start")]
    [InlineData("start x\nend 1 2 3\n", "Too many arguments to end")]
    [InlineData("start x\nblob\nend\n", "Missing object for blob")]
    [InlineData("start x\n-----BEGIN X-----\nAA==\n-----END X-----\nend\n", "Unexpected object for start")]
    [InlineData("start x\nblob\n-----BEGIN X-----\nAA==\n-----END Y-----\nend\n", "Malformed object: mismatched end tag")]
    [InlineData("start x\nblob\n-----BEGIN X-----\nAA==\nend\n", "Malformed object: missing object end line")]
    [InlineData("start x\nblob\n-----BEGIN X----\nAA==\nend\n", "Malformed object: bad begin line")]
    [InlineData("start x\nblob\n-----BEGIN X-----\n!!\n-----END X-----\nend\n", "Malformed object: bad base64-encoded data")]
    [InlineData("start x\nblob\n-----BEGIN X-----\nA\n-----END X-----\nend\n", "Malformed object: bad base64-encoded data")]
    [InlineData("start x\nkey\nend\n", "Missing public key for key")]
    [InlineData("start x\nkey\n-----BEGIN RSA PUBLIC KEY-----\nAA==\n-----END RSA PUBLIC KEY-----\nend\n", "Couldn't parse public key.")]
    [InlineData("start x\nblob\n-----BEGIN RSA PUBLIC KEY-----\nAA==\n-----END RSA PUBLIC KEY-----\nend\n", "Unexpected public key.")]
    [InlineData("start \0\nend\n", "internal NUL character.")]
    public void What_the_format_forbids_is_refused_in_stock_words(string text, string reason)
    {
        Assert.Equal(reason, ReadFailure(text));
    }

    [Fact]
    public void Lines_words_and_objects_have_limits()
    {
        string words = string.Join(' ', Enumerable.Repeat("w", DocumentLexer.MaxArguments));
        Read($"start {words}\nend\n");
        Assert.Equal("Far too many arguments to start", ReadFailure($"start {words} w\nend\n"));

        string line = new('x', DocumentLexer.MaxLineLength - 6);
        Read($"start {line}\nend\n");
        Assert.Equal("Line far too long", ReadFailure($"start {line}x\nend\n"));

        string body = new('A', DocumentLexer.MaxObjectLength - 4);
        Read($"start x\nblob\n-----BEGIN X-----\n{body}\n-----END X-----\nend\n");
        Assert.Equal(
            "Couldn't parse object: missing footer or object much too big.",
            ReadFailure($"start x\nblob\n-----BEGIN X-----\n{body}AAAA\n-----END X-----\nend\n"));
    }

    [Fact]
    public void No_text_makes_the_lexer_throw()
    {
        byte[] text = Encoding.ASCII.GetBytes("start x\nblob\n-----BEGIN X-----\nAQID\n-----END X-----\nnote n\nend\n");
        DocumentHarness.CountAcceptedPrefixes(text, damaged => new DocumentLexer(Format).TryRead(damaged, 0, damaged.Length, out _));
        DocumentHarness.Mutate(text, seed: 11, rounds: 3000, damaged => new DocumentLexer(Format).TryRead(damaged, 0, damaged.Length, out _));
    }

    private static DocumentLexer Read(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        var lexer = new DocumentLexer(Format);
        Assert.True(lexer.TryRead(bytes, 0, bytes.Length, out string? failure), failure);
        return lexer;
    }

    private static string? ReadFailure(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return new DocumentLexer(Format).TryRead(bytes, 0, bytes.Length, out string? failure) ? null : failure;
    }
}
