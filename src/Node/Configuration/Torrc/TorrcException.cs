using Tunic.Primitives.Errors;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>The configuration cannot be used. The message is stock's sentence with the place it speaks of; print it and exit with 1.</summary>
internal sealed class TorrcException(string message) : TunicException(ErrorKind.Configuration, message)
{
    /// <summary>What is wrong, without where, as who wrote one line of it is told.</summary>
    internal string Sentence { get; private init; } = message;

    /// <summary>A fault found in the meaning of the options; stock puts the same words before it.</summary>
    internal static TorrcException Invalid(string sentence, TorrcLine? line = null) =>
        new($"Failed to parse/validate config: {sentence}{(line is null ? "" : $" ({line.Place})")}") { Sentence = sentence };
}
