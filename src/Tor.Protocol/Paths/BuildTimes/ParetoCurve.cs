namespace Tunic.Tor.Protocol.Paths.BuildTimes;

/// <summary>A Pareto distribution of build times in milliseconds (path-spec, "Distribution choice").</summary>
/// <param name="Xm">Where the curve starts, more than 0.</param>
/// <param name="Alpha">How steep it is; infinite when all times are alike.</param>
internal readonly record struct ParetoCurve(int Xm, double Alpha)
{
    /// <summary>The time that a share <paramref name="quantile"/> of circuits does not exceed; at most <see cref="int.MaxValue"/>.</summary>
    public double TimeAt(double quantile)
    {
        if (Alpha <= 0)
        {
            return int.MaxValue;
        }

        double rest = Math.Pow(1 - quantile, 1 / Alpha);
        return rest > 0 ? Math.Min(Xm / rest, int.MaxValue) : int.MaxValue;
    }
}
