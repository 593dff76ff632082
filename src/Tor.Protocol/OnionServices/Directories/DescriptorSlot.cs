namespace Tunic.Tor.Protocol.OnionServices.Directories;

/// <summary>Which of the two descriptors that a service always has (rend-spec-v3, "Service descriptor upload").</summary>
public enum DescriptorSlot
{
    /// <summary>The older one, placed by the previous shared random value.</summary>
    First,

    /// <summary>The newer one, placed by the current value. It becomes the first when the next value is known.</summary>
    Second,
}
