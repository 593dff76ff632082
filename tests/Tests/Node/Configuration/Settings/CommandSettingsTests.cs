using System.CommandLine;
using System.Text;
using Tunic.Node.Configuration.Settings;
using Tunic.Node.Processes;

namespace Tunic.Tests.Node.Configuration.Settings;

public sealed class CommandSettingsTests
{
    private readonly RootCommand _root = new("test");
    private readonly Option<int> _port = new("--socks-port") { DefaultValueFactory = _ => 1 };
    private readonly Option<string?> _network = new("--network");
    private string? _directory;

    public CommandSettingsTests()
    {
        var client = new Command("client");
        client.Options.Add(_port);
        client.Options.Add(_network);
        client.Options.Add(new Option<string>("--data"));
        var relay = new Command("relay");
        relay.Options.Add(new Option<int>("--or-port"));
        var keys = new Command("keys");
        var authority = new Command("authority");
        authority.Options.Add(new Option<bool>("--json"));
        keys.Subcommands.Add(authority);
        _root.Subcommands.Add(client);
        _root.Subcommands.Add(relay);
        _root.Subcommands.Add(keys);
    }

    [Theory]
    [InlineData("{}", "", "", 1)]
    [InlineData("""{"client": {"socksPort": 2}}""", "", "", 2)]
    [InlineData("""{"client": {"socks-port": 2}, "socksPort": 3}""", "", "", 2)]
    [InlineData("""{"socksPort": 3}""", "", "", 3)]
    [InlineData("""{"client": {"socksPort": 2}}""", "TUNIC__CLIENT__SOCKS_PORT=4", "", 4)]
    [InlineData("""{"client": {"socksPort": 2}}""", "TUNIC__SocksPort=4", "", 4)]
    [InlineData("""{"client": {"socksPort": 2}}""", "TUNIC__CLIENT__SOCKS_PORT=4", "--socks-port 5", 5)]
    public void The_command_line_comes_before_the_environment_and_that_before_the_file(string file, string variable, string given, int expected) =>
        Assert.Equal(expected, Parse(["client", .. Words(given)], file, variable).GetValue(_port));

    [Fact]
    public void A_value_may_look_like_an_option_and_stands_before_what_follows_two_dashes()
    {
        CommandSettings settings = Choose(["client", "--", "x"], """{"network": "--json @x"}""");

        Assert.Equal(["client", "--network=--json @x", "--", "x"], settings.AddTo(["client", "--", "x"]));
    }

    [Fact]
    public void The_file_is_that_of_the_data_directory()
    {
        Choose(["client", "--data", "/a"], "{}", "TUNIC__DATA=/b");
        Assert.Equal("/a", _directory);
        Choose(["client"], "{}", "TUNIC__DATA=/b");
        Assert.Equal("/b", _directory);
    }

    [Theory]
    [InlineData("{\n\"client\": {\"sockPort\": 2}}", "", "f, line 2: there is no setting 'client.sockPort'. Settings are named like the options that --help shows.")]
    [InlineData("{\"relay\": {\"socksPort\": 2}}", "", "f, line 1: there is no setting 'relay.socksPort'. Settings are named like the options that --help shows.")]
    [InlineData("{\"clients\": {\"socksPort\": 2}}", "", "f, line 1: there is no setting 'clients.socksPort'. Settings are named like the options that --help shows.")]
    [InlineData("{\"help\": true}", "", "f, line 1: there is no setting 'help'. Settings are named like the options that --help shows.")]
    [InlineData("{}", "TUNIC__SOCK_PORT=1", "the environment variable TUNIC__SOCK_PORT: there is no setting 'SOCK_PORT'. Settings are named like the options that --help shows.")]
    public void A_name_that_no_option_has_is_refused_with_its_place(string file, string variable, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<CommandException>(() => Choose(["client"], file, variable)).Message);

    [Theory]
    [InlineData("{\n\n\"client\": {\"socksPort\": \"many\"}}", "", "f, line 3: ")]
    [InlineData("{}", "TUNIC__CLIENT__SOCKS_PORT=many", "the environment variable TUNIC__CLIENT__SOCKS_PORT: ")]
    public void A_value_that_the_option_does_not_take_is_refused_with_its_place(string file, string variable, string place)
    {
        string sentence = Assert.Throws<CommandException>(() => Choose(["client"], file, variable)).Message;

        Assert.StartsWith(place, sentence, StringComparison.Ordinal);
        Assert.Contains("many", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_command_finds_wrong_gets_its_place_too()
    {
        CommandSettings settings = Choose(["client"], """{"client": {"socksPort": 70000}}""");

        Assert.Equal("f, line 1: --socks-port 70000: no.", settings.Explain("--socks-port 70000: no."));
        Assert.Equal("--socks-portal", settings.Explain("--socks-portal"));
    }

    [Fact]
    public void Settings_of_other_commands_are_left_to_them()
    {
        const string file = """{"relay": {"orPort": 9001}, "keys": {"json": true}, "json": false}""";

        Assert.Equal(["client"], Choose(["client"], file).AddTo(["client"]));
        Assert.Equal(["keys", "authority", "--json=true"], Choose(["keys", "authority"], file).AddTo(["keys", "authority"]));
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private ParseResult Parse(string[] arguments, string file, string variable) =>
        _root.Parse(Choose(arguments, file, variable).AddTo(arguments));

    private CommandSettings Choose(string[] arguments, string file, string variable = "")
    {
        Dictionary<string, string> variables = variable.Length == 0 ? [] : new() { [variable.Split('=')[0]] = variable.Split('=')[1], ["HOME"] = "/" };
        return CommandSettings.Choose(
            _root.Parse(arguments),
            directory =>
            {
                _directory = directory;
                return SettingsFile.Read(Encoding.UTF8.GetBytes(file), "f");
            },
            SettingsVariables.Read(variables));
    }
}
