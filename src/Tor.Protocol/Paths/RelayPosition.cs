namespace Tunic.Tor.Protocol.Paths;

/// <summary>The place of a relay in a path, which decides its bandwidth weight (dir-spec, "Bandwidth weights").</summary>
public enum RelayPosition
{
    /// <summary>First hop: weights Wgg, Wgm, Wgd.</summary>
    Guard,

    /// <summary>Any hop between the first and the last, and the last one of an internal circuit: Wmg, Wmm, Wme, Wmd.</summary>
    Middle,

    /// <summary>Last hop, out to the Internet: Weg, Wem, Wee, Wed.</summary>
    Exit,

    /// <summary>Asked for directory documents over one hop: Wbg, Wbm, Wbe, Wbd.</summary>
    Directory,
}
