using Tunic.Node.Configuration.Torrc;

namespace Tunic.Tests.Node.Configuration.Torrc;

public sealed class TorCommandLineTests
{
    [Fact]
    public void Options_may_have_no_dash_one_or_two_and_a_sign()
    {
        TorCommandLine line = TorCommandLine.Parse(["--SocksPort", "1", "-Nickname", "a", "ORPort", "2", "--+Log", "info stdout", "--/Address", "DirPort", "3"]);

        Assert.Equal(
            [("SocksPort", "1", TorrcCommand.Replace), ("Nickname", "a", TorrcCommand.Replace), ("ORPort", "2", TorrcCommand.Replace),
             ("Log", "info stdout", TorrcCommand.Append), ("Address", "", TorrcCommand.Clear), ("DirPort", "3", TorrcCommand.Replace)],
            line.Options.Select(option => (option.Key, option.Value, option.Command)));
        Assert.Equal("command line", line.Options[0].Place);
    }

    [Fact]
    public void Files_and_quietness_are_understood()
    {
        TorCommandLine line = TorCommandLine.Parse(["--quiet", "-f", "t", "--defaults-torrc", "d", "--ignore-missing-torrc", "--hush"]);

        Assert.Equal(("t", "d", true, TorQuietness.Silent), (line.TorrcPath, line.DefaultsPath, line.IgnoreMissingTorrc, line.Quietness));
        Assert.Equal(TorQuietness.Hushed, TorCommandLine.Parse(["--hush"]).Quietness);
    }

    [Theory]
    [InlineData("--verify-config", TorCommand.VerifyConfiguration, "")]
    [InlineData("--list-fingerprint", TorCommand.ListFingerprint, "")]
    [InlineData("--list-fingerprint ed25519", TorCommand.ListFingerprint, "ed25519")]
    [InlineData("--list-fingerprint --Nickname a", TorCommand.ListFingerprint, "")]
    [InlineData("--hash-password secret", TorCommand.HashPassword, "secret")]
    [InlineData("--version", TorCommand.Version, "")]
    [InlineData("-h", TorCommand.Help, "")]
    [InlineData("--keygen", TorCommand.Unsupported, "")]
    public void Commands_take_the_argument_that_belongs_to_them(string arguments, object command, string argument)
    {
        TorCommandLine line = TorCommandLine.Parse(arguments.Split(' '));

        Assert.Equal(((TorCommand)command, argument), (line.Command, line.CommandArgument));
        Assert.Equal(arguments.Split(' ')[0], line.CommandName);
    }

    [Theory]
    [InlineData("--Nickname")]
    [InlineData("-f")]
    [InlineData("--hash-password")]
    public void An_option_without_its_value_is_refused(string argument) =>
        Assert.Equal($"Command-line option '{argument}' with no value. Failing.", Assert.Throws<TorrcException>(() => TorCommandLine.Parse([argument])).Message);
}
