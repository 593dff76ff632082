namespace Tunic.Node.Publish;

/// <summary>How far a site has come; each has been seen to be so.</summary>
internal enum SiteState
{
    /// <summary>The network is being learnt.</summary>
    Bootstrapping,

    /// <summary>Introduction points are being asked.</summary>
    IntroductionPoints,

    /// <summary>Some directory has the descriptor.</summary>
    Published,

    /// <summary>The page was fetched through fresh circuits, by the descriptor that a directory gave.</summary>
    Reachable,

    /// <summary>It could not be fetched lately; it is tried again.</summary>
    Unreachable,
}
