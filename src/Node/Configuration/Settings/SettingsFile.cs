using System.Text;
using System.Text.Json;
using Tunic.Node.Processes;
using Tunic.Primitives.Errors;

namespace Tunic.Node.Configuration.Settings;

/// <summary>Reads tunic.json: an object of settings, with an object for each command. Comments and trailing commas are possible.</summary>
internal static class SettingsFile
{
    internal const string Name = "tunic.json";

    private const int MaxLength = 1 << 20;

    /// <summary>The file's settings; none when there is no file.</summary>
    /// <exception cref="CommandException">It cannot be read, or is not what it should be.</exception>
    internal static IReadOnlyList<Setting> Load(string path)
    {
        byte[] text;
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
            {
                return [];
            }

            text = file.Length <= MaxLength ? File.ReadAllBytes(path) : throw Invalid($"{path} is longer than {MaxLength} bytes");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Invalid($"{path} cannot be read: {failure.Message}");
        }

        return Read(text, path);
    }

    /// <exception cref="CommandException">It is no JSON, or a value is no text, number, true or false.</exception>
    internal static IReadOnlyList<Setting> Read(ReadOnlySpan<byte> text, string path)
    {
        text = text.StartsWith(Encoding.UTF8.Preamble) ? text[Encoding.UTF8.Preamble.Length..] : text;
        var reader = new Utf8JsonReader(
            text, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 8 });
        var settings = new List<Setting>();
        try
        {
            var sections = new List<string>();
            string name = "";
            while (reader.Read())
            {
                string where = $"{path}, line {text[..(int)reader.TokenStartIndex].Count((byte)'\n') + 1}";
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        name = reader.GetString()!;
                        break;
                    case JsonTokenType.StartObject when reader.CurrentDepth > 0:
                        sections.Add(name);
                        break;
                    case JsonTokenType.EndObject when reader.CurrentDepth > 0:
                        sections.RemoveAt(sections.Count - 1);
                        break;
                    case JsonTokenType.StartObject or JsonTokenType.EndObject:
                        break;
                    default:
                        Add(settings, new Setting([.. sections, name], ReadValue(ref reader, where, name), where));
                        break;
                }
            }
        }
        catch (JsonException failure)
        {
            throw Invalid($"{path}, line {failure.LineNumber + 1}: this is no JSON");
        }
        catch (InvalidOperationException)
        {
            throw Invalid($"{path}, line {text[..(int)reader.TokenStartIndex].Count((byte)'\n') + 1}: this is no text in UTF-8");
        }

        return settings;
    }

    private static string ReadValue(ref Utf8JsonReader reader, string where, string name) =>
        name.Length > 0 && reader.TokenType is JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False
            ? reader.TokenType == JsonTokenType.String ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan)
            : throw Invalid($"{where}: {(name.Length > 0 ? $"the value of '{name}' has to be a text, a number, true or false" : "an object is needed")}");

    private static void Add(List<Setting> settings, Setting setting)
    {
        if (settings.Find(before => Setting.Normalize(before.Name) == Setting.Normalize(setting.Name)) is { } first)
        {
            throw Invalid($"{setting.Where}: '{setting.Name}' is set already: {first.Where}");
        }

        settings.Add(setting);
    }

    private static CommandException Invalid(string sentence) => new(ErrorKind.Configuration, sentence + ".");
}
