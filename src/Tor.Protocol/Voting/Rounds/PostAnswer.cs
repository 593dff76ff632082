namespace Tunic.Tor.Protocol.Voting.Rounds;

/// <summary>The answer to a posted vote or signature.</summary>
/// <param name="Status">HTTP status, 200 or 400.</param>
/// <param name="Message">Reason, in stock tor's words.</param>
public readonly record struct PostAnswer(int Status, string Message);
