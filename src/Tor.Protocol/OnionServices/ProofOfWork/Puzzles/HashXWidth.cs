namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

/// <summary>How many inputs one machine instruction works on.</summary>
internal enum HashXWidth
{
    /// <summary>As many as this processor can.</summary>
    Widest,

    /// <summary>One; works everywhere.</summary>
    One,

    /// <summary>Four, see <see cref="Lanes256"/>.</summary>
    Four,

    /// <summary>Eight, see <see cref="Lanes512"/>.</summary>
    Eight,
}
