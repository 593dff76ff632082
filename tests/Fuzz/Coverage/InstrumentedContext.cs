using System.Reflection;
using System.Runtime.Loader;

namespace Tunic.Tests.Fuzz.Coverage;

/// <summary>Loads the product's assemblies rewritten by <see cref="Instrumenter"/>, and this program beside them, so that it runs on those.</summary>
internal sealed class InstrumentedContext : AssemblyLoadContext
{
    private readonly List<string> _outcomes = [];

    private InstrumentedContext()
        : base("instrumented")
    {
    }

    /// <summary>Runs a static method of this program once more, in the company of instrumented assemblies.</summary>
    /// <param name="entry">Takes the command line and the outcomes.</param>
    /// <param name="arguments">The command line.</param>
    /// <returns>The exit code.</returns>
    public static int Run(Func<string[], string[], int> entry, string[] arguments)
    {
        var context = new InstrumentedContext();
        Assembly self = context.LoadFromAssemblyPath(entry.Method.DeclaringType!.Assembly.Location);
        foreach (AssemblyName reference in self.GetReferencedAssemblies().Where(IsOurs))
        {
            context.LoadFromAssemblyName(reference); // now, so that all outcomes are known
        }

        MethodInfo method = self.GetType(entry.Method.DeclaringType.FullName!)!
            .GetMethod(entry.Method.Name, BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)!;
        return method.CreateDelegate<Func<string[], string[], int>>()(arguments, [.. context._outcomes]);
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        string path = Path.Combine(AppContext.BaseDirectory, assemblyName.Name + ".dll");
        if (!IsOurs(assemblyName) || !File.Exists(path))
        {
            return null;
        }

        if (assemblyName.Name == typeof(InstrumentedContext).Assembly.GetName().Name)
        {
            return LoadFromAssemblyPath(path);
        }

        (MemoryStream image, MemoryStream symbols) = new Instrumenter(_outcomes).Instrument(path);
        return LoadFromStream(image, symbols);
    }

    /// <summary>The program itself is called "tunic", all else begins with "Tunic.".</summary>
    private static bool IsOurs(AssemblyName assembly) =>
        assembly.Name is "tunic" || assembly.Name?.StartsWith("Tunic.", StringComparison.Ordinal) == true;
}
