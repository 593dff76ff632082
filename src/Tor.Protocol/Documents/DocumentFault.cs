namespace Tunic.Tor.Protocol.Documents;

/// <summary>Why a document was not accepted. A normal outcome, so a value and not an exception.</summary>
/// <param name="Kind">Whether fetching the same digest again could help.</param>
/// <param name="Reason">One sentence for the log; where stock tor has a sentence for the case, that sentence.</param>
public sealed record DocumentFault(DocumentFaultKind Kind, string Reason);
