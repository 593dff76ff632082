namespace Tunic.Tests.Interop.Support;

public enum StockTorRole
{
    Authority,

    /// <summary>Guard, middle and directory cache; exits nothing.</summary>
    Relay,

    Exit,
    Client,
}
