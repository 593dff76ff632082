Console.WriteLine("tunic");
