namespace Tunic.Tor.Protocol.Documents.Diffs;

/// <summary>Finds which lines of two short sections stay and which change: a longest common subsequence.</summary>
internal static class LineMatcher
{
    /// <summary>Above this product of lengths everything between the common start and the common end counts as changed.</summary>
    private const long MaxCells = 1_000_000;

    /// <summary>Marks lines that are only in one of the sections.</summary>
    public static void Mark(
        DocumentLines from, int fromStart, int fromEnd, bool[] removed, DocumentLines to, int toStart, int toEnd, bool[] added)
    {
        while (fromStart < fromEnd && toStart < toEnd && from[fromStart].SequenceEqual(to[toStart]))
        {
            fromStart++;
            toStart++;
        }

        while (fromStart < fromEnd && toStart < toEnd && from[fromEnd - 1].SequenceEqual(to[toEnd - 1]))
        {
            fromEnd--;
            toEnd--;
        }

        int height = fromEnd - fromStart;
        int width = toEnd - toStart;
        removed.AsSpan(fromStart, height).Fill(true);
        added.AsSpan(toStart, width).Fill(true);
        if (height == 0 || width == 0 || (long)height * width > MaxCells)
        {
            return;
        }

        int[,] lengths = Measure(from, fromStart, height, to, toStart, width);
        int row = 0;
        int column = 0;
        while (row < height && column < width)
        {
            if (from[fromStart + row].SequenceEqual(to[toStart + column]))
            {
                removed[fromStart + row++] = false;
                added[toStart + column++] = false;
            }
            else if (lengths[row + 1, column] >= lengths[row, column + 1])
            {
                row++;
            }
            else
            {
                column++;
            }
        }
    }

    /// <summary>Length of the longest common subsequence of the lines from (row, column) on.</summary>
    private static int[,] Measure(DocumentLines from, int fromStart, int height, DocumentLines to, int toStart, int width)
    {
        var lengths = new int[height + 1, width + 1];
        for (int row = height - 1; row >= 0; row--)
        {
            for (int column = width - 1; column >= 0; column--)
            {
                lengths[row, column] = from[fromStart + row].SequenceEqual(to[toStart + column])
                    ? lengths[row + 1, column + 1] + 1
                    : Math.Max(lengths[row + 1, column], lengths[row, column + 1]);
            }
        }

        return lengths;
    }
}
