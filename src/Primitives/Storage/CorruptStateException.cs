using Tunic.Primitives.Errors;

namespace Tunic.Primitives.Storage;

/// <summary>A blob is there and makes no sense. It was not overwritten, and will not be: somebody has to look.</summary>
/// <param name="file">The blob, as <see cref="IStateStore.Describe"/> names it for people.</param>
/// <param name="complaint">A clause that says what is wrong with it.</param>
/// <param name="remedy">A sentence that says what to do.</param>
public sealed class CorruptStateException(string file, string complaint, string remedy)
    : TunicException(ErrorKind.LocalState, $"{file} cannot be used: {complaint.TrimEnd('.')}. {remedy}")
{
    /// <summary>What to do with a file that can be had again from the network.</summary>
    public const string FetchAgain = "Remove it to have it fetched again; nothing was overwritten.";

    /// <summary>What to do with a file that exists only here.</summary>
    public const string Restore = "Restore it from a backup, or move it away to begin anew; nothing was overwritten.";
}
