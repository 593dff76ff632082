namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>What happened to a descriptor (control-spec, "HiddenService descriptors": HS_DESC).</summary>
public enum DescriptorUploadStep
{
    /// <summary>A version was written.</summary>
    Created,

    /// <summary>It is being sent to a directory.</summary>
    Upload,

    /// <summary>The directory has taken it.</summary>
    Uploaded,

    /// <summary>The directory has refused it (UPLOAD_REJECTED).</summary>
    Rejected,

    /// <summary>The directory could not be reached, or answered something else (UNEXPECTED).</summary>
    Failed,
}
