using Tunic.Node.Processes;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Storage;
using Tunic.Primitives.Time;
using Tunic.Tor.Relay.Keys;

namespace Tunic.Node.Storage;

/// <summary>A new family's key and public name as files in any directory, to be copied to the relays of the family (stock's --keygen-family).</summary>
internal static class FamilyKeyFile
{
    private const string PublicSuffix = ".public_family_id";

    /// <param name="path">Of both files, without what their names end with.</param>
    /// <returns>The file with the secret key, and the family's public name for the option FamilyId.</returns>
    /// <exception cref="CommandException">There is such a file already, or it cannot be written.</exception>
    internal static async Task<(string File, Ed25519Identity Family)> CreateAsync(string path, CancellationToken cancel)
    {
        string secret = path + FamilyKeys.FileSuffix;
        string name = Path.GetFileName(path);
        if (name.Length == 0)
        {
            throw new CommandException(ErrorKind.Configuration, $"'{path}' is no name for a family's files.");
        }

        var made = new MemoryStateStore();
        Ed25519Identity family = await FamilyKeys.CreateAsync(made, "keys", name, SystemRandomSource.Instance, cancel);
        byte[] content = (await made.ReadAsync($"keys/{name}{FamilyKeys.FileSuffix}", cancel))!;
        try
        {
            await PrivateFiles.CreateAsync(secret, content, cancel);
            await File.WriteAllTextAsync(path + PublicSuffix, $"{family.ToBase64()}\n", cancel);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(
                ErrorKind.LocalState, File.Exists(secret) ? $"The family key file {secret} exists already; it is not overwritten." : $"{secret} cannot be written: {failure.Message}", failure);
        }

        return (secret, family);
    }
}
