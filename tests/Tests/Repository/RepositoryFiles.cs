namespace Tunic.Tests.Repository;

/// <summary>Finds the repository that these tests were built from.</summary>
internal static class RepositoryFiles
{
    internal static string Root { get; } = FindRoot();

    internal static string Path(string relative) => System.IO.Path.Combine(Root, relative);

    private static string FindRoot()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(System.IO.Path.Combine(directory.FullName, "Tunic.slnx")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException($"no Tunic.slnx above {AppContext.BaseDirectory}");
    }
}
