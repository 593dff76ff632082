namespace Tunic.Tor.Protocol.Voting.Uploads;

/// <summary>What became of an uploaded document; the more negative, the worse (stock tor's was_router_added_t).</summary>
public enum UploadResult
{
    /// <summary>It is taken.</summary>
    Added = 1,

    /// <summary>An extra-info document that does not fit a descriptor.</summary>
    BadExtraInfo = -1,

    /// <summary>Nothing new in it.</summary>
    AlreadyKnown = -2,

    /// <summary>The authority does not want it.</summary>
    Rejected = -5,

    /// <summary>A certificate in it has expired.</summary>
    CertificatesExpired = -8,
}
