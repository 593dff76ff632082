namespace Tunic.Node.Progress;

/// <summary>Shows how far a long piece of work has come: live on a terminal, plain lines elsewhere.</summary>
internal interface IProgressView
{
    /// <summary>Something has begun; it takes the place of what was under way.</summary>
    void Begin(string what);

    /// <summary>Something is done.</summary>
    void Done(string what);

    /// <summary>A line that is no step: an address, a picture.</summary>
    void Print(string line);
}
