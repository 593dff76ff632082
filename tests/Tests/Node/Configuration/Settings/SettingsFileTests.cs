using System.Text;
using Tunic.Node.Configuration.Settings;
using Tunic.Node.Processes;

namespace Tunic.Tests.Node.Configuration.Settings;

public sealed class SettingsFileTests
{
    [Fact]
    public void Sections_names_values_and_lines_are_read()
    {
        IReadOnlyList<Setting> settings = Read("""
            { // for this machine
              "network": "club",
              "client": {
                "socksPort": 9260, "hops": 4,
              },
              "keys": { "authority": { "json": true } }
            }
            """);

        Assert.Equal(
            ["network=club f, line 2", "client.socksPort=9260 f, line 4", "client.hops=4 f, line 4", "keys.authority.json=true f, line 6"],
            settings.Select(setting => $"{setting.Name}={setting.Value} {setting.Where}"));
    }

    [Fact]
    public void A_byte_order_mark_and_an_empty_object_are_fine() => Assert.Empty(SettingsFile.Read([0xef, 0xbb, 0xbf, .. "{}"u8], "f"));

    [Theory]
    [InlineData("", "f, line 1: this is no JSON.")]
    [InlineData("{\n\"a\": 1\n\"b\": 2}", "f, line 3: this is no JSON.")]
    [InlineData("{\"a\": 1", "f, line 1: this is no JSON.")]
    [InlineData("{\n\"a\": \"\\ud800\"}", "f, line 2: this is no text in UTF-8.")]
    [InlineData("[]", "f, line 1: an object is needed.")]
    [InlineData("7", "f, line 1: an object is needed.")]
    [InlineData("{\n\"a\": null}", "f, line 2: the value of 'a' has to be a text, a number, true or false.")]
    [InlineData("{\"a\": {\n\"b\": [1]}}", "f, line 2: the value of 'b' has to be a text, a number, true or false.")]
    [InlineData("{\"socksPort\": 1,\n\"socks-port\": 2}", "f, line 2: 'socks-port' is set already: f, line 1.")]
    public void What_is_no_setting_is_named_with_file_and_line(string text, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<CommandException>(() => Read(text)).Message);

    [Fact]
    public void Without_a_file_there_are_no_settings() => Assert.Empty(SettingsFile.Load("/nowhere/tunic.json"));

    private static IReadOnlyList<Setting> Read(string text) => SettingsFile.Read(Encoding.UTF8.GetBytes(text), "f");
}
