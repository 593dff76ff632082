using Tunic.Node.Configuration.Torrc;

namespace Tunic.Tests.Node.Configuration.Torrc;

public sealed class TorrcFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tunic-torrc-").FullName;

    [Fact]
    public void Included_files_directories_and_patterns_stand_in_the_place_of_the_line()
    {
        Write("one.conf", "B 1");
        Write("d/b", "D 1");
        Write("d/a", "C 1");
        Write("d/.hidden", "X 1");
        Write("g/2.conf", "F 1");
        Write("g/1.conf", "E 1");
        Write("g/3.txt", "X 1");
        string torrc = Write("torrc", $"A 1\n%include {_directory}/one.conf\n%include \"{_directory}/d\"\n%include {_directory}/g/*.conf\n%include {_directory}/none*\nG 1");

        IReadOnlyList<TorrcLine> lines = TorrcFile.Read(torrc);

        Assert.Equal("ABCDEFG", string.Concat(lines.Select(line => line.Key)));
        Assert.Equal($"{_directory}/one.conf, line 1", lines[1].Place);
    }

    [Fact]
    public void A_missing_include_is_named_with_the_line_that_asks_for_it()
    {
        string torrc = Write("torrc", $"\n%include {_directory}/absent");

        string message = Assert.Throws<TorrcException>(() => TorrcFile.Read(torrc)).Message;

        Assert.Equal($"Error reading included configuration file or directory: \"{_directory}/absent\". ({torrc}, line 2)", message);
    }

    [Fact]
    public void Includes_that_go_in_circles_end()
    {
        string torrc = Write("torrc", $"%include {_directory}/torrc");

        Assert.Contains("more than 31 nested %includes", Assert.Throws<TorrcException>(() => TorrcFile.Read(torrc)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_defaults_file_comes_first_then_the_torrc_then_the_command_line()
    {
        string defaults = Write("defaults", "Nickname d\nContactInfo d\nAddress d");
        string torrc = Write("torrc", "Nickname t\r\nContactInfo t\r\n");
        TorCommandLine commandLine = TorCommandLine.Parse(["-f", torrc, "--defaults-torrc", defaults, "--ContactInfo", "c", "+Address", "c"]);

        TorrcLoadResult result = TorrcLoader.Load(commandLine, TextReader.Null);

        Assert.Equal(("t", "c"), (result.Options.Relay.Nickname, result.Options.Relay.ContactInfo));
        Assert.Equal(["d", "c"], result.Options.Relay.Addresses);
        Assert.Equal([$"Read configuration file \"{defaults}\".", $"Read configuration file \"{torrc}\"."], result.Notices);
    }

    [Fact]
    public void A_torrc_that_is_not_there_is_an_error_unless_it_may_be_missing()
    {
        string[] arguments = ["-f", $"{_directory}/absent", "--defaults-torrc", $"{_directory}/absent-too"];

        string message = Assert.Throws<TorrcException>(() => TorrcLoader.Load(TorCommandLine.Parse(arguments), TextReader.Null)).Message;
        TorrcLoadResult result = TorrcLoader.Load(TorCommandLine.Parse([.. arguments, "--ignore-missing-torrc"]), TextReader.Null);

        Assert.Equal($"Unable to open configuration file \"{_directory}/absent\".", message);
        Assert.Equal([$"Configuration file \"{_directory}/absent\" not present, using reasonable defaults."], result.Notices);
    }

    [Fact]
    public void A_torrc_can_come_from_standard_input()
    {
        TorCommandLine commandLine = TorCommandLine.Parse(["-f", "-", "--defaults-torrc", $"{_directory}/absent"]);

        Assert.Equal("x", TorrcLoader.Load(commandLine, new StringReader("Nickname x")).Options.Relay.Nickname);
    }

    [Fact]
    public void A_NUL_character_is_refused() =>
        Assert.Throws<TorrcException>(() => TorrcFile.ReadText("DataDirectory /a\0b\n", "f"));

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Write(string name, string text)
    {
        string path = Path.Combine(_directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }
}
