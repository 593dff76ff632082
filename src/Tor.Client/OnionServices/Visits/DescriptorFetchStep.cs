namespace Tunic.Tor.Client.OnionServices.Visits;

/// <summary>How far the question for a descriptor to one directory has come (control-spec, "HiddenService descriptors": HS_DESC).</summary>
internal enum DescriptorFetchStep
{
    /// <summary>It is being asked.</summary>
    Requested,

    /// <summary>It gave a descriptor, whether or not we can open it.</summary>
    Received,

    /// <summary>It has none.</summary>
    NotFound,

    /// <summary>It does not like the question.</summary>
    Rejected,

    /// <summary>What it gave is no descriptor of the service.</summary>
    Malformed,

    /// <summary>It could not be reached, or answered something else.</summary>
    Failed,
}
