namespace Tunic.Node.Configuration.Torrc;

/// <summary>How the value of an option is written (stock's man page, "The configuration file format").</summary>
internal enum TorrcOptionType
{
    /// <summary>0 or 1.</summary>
    Flag,

    /// <summary>0, 1 or auto.</summary>
    FlagOrAuto,

    /// <summary>0 to 2 147 483 647.</summary>
    Integer,

    SignedInteger,

    /// <summary>0 to 2^64-1.</summary>
    LongInteger,

    /// <summary>A number of bytes with a unit: bytes, KBytes, MB, Gbits ...</summary>
    Size,

    /// <summary>A time with a unit, in seconds without one.</summary>
    Interval,

    /// <summary>A time with a unit, in milliseconds without one.</summary>
    MillisecondInterval,

    Real,
    Text,
    FileName,

    /// <summary>Values between commas.</summary>
    Csv,

    /// <summary>Once a schedule; only the first interval counts.</summary>
    CsvInterval,

    /// <summary>May stand on many lines, which add up.</summary>
    LineList,

    /// <summary>As <see cref="LineList"/>, but kept in one list with other options, whose order among each other counts.</summary>
    LineListPart,

    /// <summary>The list that parts are kept in; cannot be set itself.</summary>
    LineListWhole,

    /// <summary>Relays: fingerprints, nicknames, addresses, {cc}.</summary>
    RouterSet,

    /// <summary>Skipped with a warning.</summary>
    Obsolete,
}
