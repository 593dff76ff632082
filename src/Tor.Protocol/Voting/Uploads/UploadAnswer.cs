namespace Tunic.Tor.Protocol.Voting.Uploads;

/// <summary>The answer to an upload: the worst result of all documents in it, and the word for it.</summary>
/// <param name="Result">The result.</param>
/// <param name="Message">Reason of the HTTP status line, in stock tor's words.</param>
public sealed record UploadAnswer(UploadResult Result, string Message)
{
    /// <summary>200 or 400.</summary>
    public int Status => Result is UploadResult.Rejected or UploadResult.BadExtraInfo ? 400 : 200;

    /// <summary>Whether the answer has the header "X-Descriptor-Not-New: Yes"; its reason is then "OK".</summary>
    public bool IsNotNew => Result is UploadResult.AlreadyKnown or UploadResult.CertificatesExpired;
}
