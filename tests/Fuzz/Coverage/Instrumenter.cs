using System.Runtime.CompilerServices;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace Tunic.Tests.Fuzz.Coverage;

/// <summary>Rewrites an assembly so that each outcome of each conditional jump, and each entry of a method, tells <see cref="BranchMap"/>.</summary>
internal sealed class Instrumenter(List<string> outcomes)
{
    /// <summary>Entry of a method: counts as something new, not as a branch.</summary>
    private const string Entry = "";

    private MethodReference _hit = null!;

    /// <summary>The rewritten assembly and its symbols. Adds to the outcomes: the number of an outcome is its place there, its text the type that it belongs to.</summary>
    public (MemoryStream Assembly, MemoryStream Symbols) Instrument(string path)
    {
        using var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(Path.GetDirectoryName(path));
        resolver.AddSearchDirectory(Path.GetDirectoryName(typeof(object).Assembly.Location));
        using var assembly = AssemblyDefinition.ReadAssembly(
            path, new ReaderParameters { AssemblyResolver = resolver, ReadSymbols = true, InMemory = true });
        _hit = assembly.MainModule.ImportReference(typeof(BranchMap).GetMethod(nameof(BranchMap.Hit)));
        foreach (TypeDefinition type in assembly.MainModule.GetTypes().Where(IsMeasured))
        {
            foreach (MethodDefinition method in type.Methods.Where(IsMeasured))
            {
                Instrument(method, Outermost(type).FullName);
            }
        }

        var image = new MemoryStream();
        var symbols = new MemoryStream();
        assembly.Write(image, new WriterParameters { WriteSymbols = true, SymbolStream = symbols, SymbolWriterProvider = new PortablePdbWriterProvider() });
        image.Position = 0;
        symbols.Position = 0;
        return (image, symbols);
    }

    private void Instrument(MethodDefinition method, string type)
    {
        method.Body.SimplifyMacros();
        ILProcessor code = method.Body.GetILProcessor();
        Instruction[] original = [.. method.Body.Instructions];
        foreach (Instruction instruction in original)
        {
            if (instruction.OpCode.FlowControl == FlowControl.Cond_Branch)
            {
                InstrumentBranch(code, instruction, type);
            }
        }

        foreach (Instruction added in Report(code, Entry))
        {
            code.InsertBefore(original[0], added);
        }

        method.Body.OptimizeMacros();
    }

    /// <summary>Puts a stop on each way out of a jump: first the one that falls through, then those of the targets.</summary>
    private void InstrumentBranch(ILProcessor code, Instruction branch, string type)
    {
        Instruction next = branch.Next;
        List<Instruction> added = [.. Report(code, type), code.Create(OpCodes.Br, next)];
        if (branch.Operand is Instruction[] targets)
        {
            var stops = new Instruction[targets.Length];
            for (int i = 0; i < targets.Length; i++)
            {
                stops[i] = AddStop(code, added, targets[i], type);
            }

            branch.Operand = stops;
        }
        else
        {
            branch.Operand = AddStop(code, added, (Instruction)branch.Operand, type);
        }

        foreach (Instruction instruction in added)
        {
            code.InsertBefore(next, instruction);
        }
    }

    private Instruction AddStop(ILProcessor code, List<Instruction> added, Instruction target, string type)
    {
        Instruction[] report = Report(code, type);
        added.AddRange(report);
        added.Add(code.Create(OpCodes.Br, target));
        return report[0];
    }

    private Instruction[] Report(ILProcessor code, string type)
    {
        outcomes.Add(type);
        return [code.Create(OpCodes.Ldc_I4, outcomes.Count - 1), code.Create(OpCodes.Call, _hit)];
    }

    /// <summary>Ciphers and curves are hot, and no decoders.</summary>
    private static bool IsMeasured(TypeDefinition type) =>
        !Outermost(type).Namespace.Contains(".Cryptography", StringComparison.Ordinal)
        && !Outermost(type).Name.StartsWith("Cgo", StringComparison.Ordinal);

    /// <summary>What the compiler wrote is left out (equality of records, say), save local functions.</summary>
    private static bool IsMeasured(MethodDefinition method) =>
        method.HasBody
        && (method.Name.Contains("g__", StringComparison.Ordinal)
            || !method.CustomAttributes.Any(attribute => attribute.AttributeType.FullName == typeof(CompilerGeneratedAttribute).FullName));

    private static TypeDefinition Outermost(TypeDefinition type) => type.DeclaringType is { } outer ? Outermost(outer) : type;
}
