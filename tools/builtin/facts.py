"""Small everyday facts as (questions, answers): sums, capitals, days, months, colours, opposites, animals, measures."""

NUMBERS = "zero one two three four five six seven eight nine ten".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
ORDER = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

CAPITALS = """France Paris|Germany Berlin|Spain Madrid|Italy Rome|England London|Austria Vienna|Japan Tokyo|China Beijing|Russia Moscow
Poland Warsaw|Sweden Stockholm|Norway Oslo|Finland Helsinki|Denmark Copenhagen|Greece Athens|Portugal Lisbon|Ireland Dublin|Belgium Brussels
Switzerland Bern|Hungary Budapest|Egypt Cairo|Canada Ottawa|Scotland Edinburgh|Turkey Ankara|Cuba Havana|Peru Lima|Chile Santiago|Kenya Nairobi
Iceland Reykjavik|Ukraine Kyiv|Romania Bucharest|Bulgaria Sofia|Croatia Zagreb|Serbia Belgrade|Thailand Bangkok|Australia Canberra"""
LONG_CAPITALS = {"the United States": "Washington", "the USA": "Washington", "the Netherlands": "Amsterdam", "the UK": "London",
                 "the Czech Republic": "Prague", "India": "New Delhi", "Mexico": "Mexico City", "South Korea": "Seoul"}

COLOURS = {"the sky": "blue", "grass": "green", "snow": "white", "blood": "red", "the sun": "yellow", "a banana": "yellow",
           "an orange": "orange", "a lemon": "yellow", "a tomato": "red", "coal": "black", "milk": "white", "the sea": "blue",
           "a strawberry": "red", "a cucumber": "green", "chocolate": "brown", "the night": "black", "a carrot": "orange",
           "a leaf": "green", "a fire": "orange and red", "an elephant": "grey", "a cherry": "red", "a frog": "green"}
OPPOSITES = """hot cold|big small|good bad|day night|black white|up down|left right|old young|fast slow|happy sad|light dark|long short
rich poor|hard soft|early late|open closed|full empty|high low|yes no|wet dry|loud quiet|strong weak|love hate|in out|warm cool"""
SOUNDS = {"a dog": "woof", "a cat": "meow", "a cow": "moo", "a duck": "quack", "a sheep": "baa", "a pig": "oink", "a bird": "tweet",
          "a lion": "roar", "a bee": "buzz", "a horse": "neigh", "a frog": "croak", "a snake": "hiss", "a mouse": "squeak"}
LEGS = {"a dog": "four", "a cat": "four", "a cow": "four", "a horse": "four", "a spider": "eight", "a bird": "two", "a duck": "two",
        "an ant": "six", "a bee": "six", "a fish": "no", "a snake": "no", "a table": "four", "a chair": "four", "a human": "two"}
COUNTS = {"days (are there |are |does a week have |)in a week|days does a week have": "A week has seven days.",
          "hours (are there |are |)in a day|hours does a day have": "A day has 24 hours.",
          "minutes (are there |are |)in an hour|minutes does an hour have": "An hour has 60 minutes.",
          "seconds (are there |are |)in a minute|seconds does a minute have": "A minute has 60 seconds.",
          "months (are there |are |)in a year|months does a year have": "A year has twelve months.",
          "days (are there |are |)in a year|days does a year have": "A year has 365 days, and a leap year has 366.",
          "weeks (are there |are |)in a year|weeks does a year have": "A year has 52 weeks.",
          "letters (are there |are |)in the alphabet|letters does the alphabet have": "The English alphabet has 26 letters.",
          "seasons (are there|are in a year|does a year have)": "There are four seasons: spring, summer, autumn and winter.",
          "bits (are there |are |)in a byte|bits does a byte have": "A byte has eight bits.",
          "bytes (are there |are |)in a kilobyte|bytes does a kilobyte have": "A kilobyte has 1000 bytes; a kibibyte has 1024.",
          "fingers (do i have|are on a hand|does a hand have|do people have)": "A hand has five fingers.",
          "eyes (do i have|do people have|does a human have)": "People have two eyes.",
          "wheels does a (car|bicycle) have": "A car has four wheels, and a bicycle has two.",
          "planets (are there|are in the solar system|does the sun have)": "There are eight planets in the solar system.",
          "continents (are there|exist|does the earth have)": "There are seven continents.",
          "sides does a (triangle|square) have": "A triangle has three sides, and a square has four."}
SINGLE = {"(what are|tell me|name|list|which are|say) (the |all |)(days of the week|weekdays|seven days)|(days of the week|week days|name the seven days|how are the days of the week called|list the weekdays please)|which days does a week have":
          "The days of the week are Monday, Tuesday, Wednesday, Thursday, Friday, Saturday and Sunday.",
          "(what are|tell me|name|list|which are|say) (the |all |)(months|months of the year|twelve months)|(months of the year)|which months does a year have":
          "The months are January, February, March, April, May, June, July, August, September, October, November and December.",
          "(what are|tell me|name|list|which are) (the |all |)(seasons|four seasons|seasons of the year)|seasons":
          "The seasons are spring, summer, autumn and winter.",
          "(say|tell me|recite|write|list|what is|do you know) the (alphabet|abc|letters of the alphabet)|(alphabet|abc|abc please|how does the alphabet go|what are the letters of the alphabet|i want to hear the alphabet)":
          "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z.",
          "(count|can you count|please count|count for me)( from one| from 1|)( to (ten|10)|)|(count|can you count)": "One, two, three, four, five, six, seven, eight, nine, ten.",
          "(count backwards|count down)( from (ten|10)|)|countdown": "Ten, nine, eight, seven, six, five, four, three, two, one.",
          "(what are|tell me|name|list|which are) (the |)(vowels|the vowels)|vowels": "The vowels are A, E, I, O and U.",
          "(what are|tell me|name|list|which are) (the |all |)(colours|colors) of (the|a) rainbow|rainbow (colours|colors)":
          "The colours of the rainbow are red, orange, yellow, green, blue, indigo and violet.",
          "(what are|tell me|name|list|which are) (the |)(primary colours|primary colors|basic colours)": "The primary colours are red, yellow and blue.",
          "(name|tell me|list|say) (some|a few|three|me some) (colours|colors)": "Red, green, blue, yellow, orange, black and white.",
          "(name|tell me|list|say) (some|a few|three|me some|an) (animals|animal)": "A dog, a cat, a horse, a cow, a bird and a fish.",
          "(name|tell me|list|say) (some|a few|three|me some|a) (fruits|fruit)": "An apple, a pear, a banana, a cherry and an orange.",
          "(why is the sky blue|why does the sky look blue)": "Air scatters blue light more than red light, and so blue comes from all over the sky.",
          "(what is|what's|where is|tell me about) (the sun)|the sun": "The sun is the star nearest to us. It gives the earth light and warmth.",
          "(what is|what's|where is|tell me about) (the moon)|the moon": "The moon is the companion of the earth and goes around it once a month.",
          "(what is|what's|tell me about) (the earth|earth)|is the earth (round|flat)": "The earth is the planet on which we live. It is round and goes around the sun once a year.",
          "(what is|what's|tell me about) water|water|what is water made of": "Water is what rivers and seas are made of. It freezes at 0 and boils at 100 degrees Celsius.",
          "at what temperature does water (boil|freeze)|when does water (boil|freeze)": "Water freezes at 0 and boils at 100 degrees Celsius.",
          "(what is|what's|tell me about) a (dog|cat)|(dogs|cats)|do you know (dogs|cats)": "Cats and dogs are animals that live with people. A hob likes both by the fire.",
          "(what is|what's) (the opposite of nothing|everything)": "Everything is all that there is.",
          "(what is|what's) (bigger|larger|heavier), (an elephant or a mouse|a mouse or an elephant)|is an elephant (bigger|larger) than a mouse": "An elephant is much bigger than a mouse.",
          "(which is the|what is the) (largest|biggest) (animal|animal on earth)": "The blue whale is the largest animal.",
          "(which is the|what is the) (largest|biggest) planet": "Jupiter is the largest planet of the solar system.",
          "(which is the|what is the) (highest|tallest) mountain( in the world|)": "Mount Everest is the highest mountain above the sea.",
          "(how do you spell|spell) hob": "H, O, B.",
          "(which|what) (language) (are we speaking|is this|do you speak|are you speaking)": "This is English, the only language that I know."}


def arithmetic(rng):
    """A question about a sum of small numbers, and its answer."""
    op = rng.choice("++-*")
    a, b = rng.randint(0, 10), rng.randint(0, 10)
    if op == "-":
        a, b = max(a, b), min(a, b)
    if op == "*":
        a, b = rng.randint(0, 10), rng.randint(0, 5)
    result = {"+": a + b, "-": a - b, "*": a * b}[op]
    sign = {"+": ["+", "plus", "and"], "-": ["-", "minus"], "*": ["*", "times", "x"]}[op]
    sign = rng.choice(sign)
    left, right = str(a), str(b)
    if sign.isalpha() and sign != "x" and rng.random() < 0.35:
        left, right = NUMBERS[a], NUMBERS[b]
    gap = "" if not sign.isalpha() and rng.random() < 0.4 else " "
    term = left + gap + sign + gap + right
    frame = rng.choice(["what is {}", "{}", "what's {}", "how much is {}", "calculate {}", "{} =", "tell me what {} is", "compute {}",
                        "do you know what {} is", "can you add up {}" if op == "+" else "how much does {} make", "what does {} make",
                        "{} please", "what do you get for {}", "the result of {}", "can you work out {}", "what's the result of {}", "i need {}"])
    return frame.format(term), f"{a} {op} {b} = {result}."


def table_topics():
    """(name, question patterns, answers) of every fact that is not a sum."""
    pairs = dict(p.split() for p in CAPITALS.replace("\n", "|").split("|")) | LONG_CAPITALS
    for country, city in pairs.items():
        yield (f"capital of {country}", [f"(what is|what's|tell me|do you know|name|which city is) the capital( city|) of {country}", f"capital of {country}",
               f"which city is the capital of {country}", f"{country} capital", f"what is {country}'s capital", f"the capital of {country} is", f"i need the capital of {country}",
               f"{country}: what is the capital", f"please name the capital of {country}", f"what city is the capital of {country}"], [f"The capital of {country} is {city}."])
    for thing, colour in COLOURS.items():
        yield (f"colour of {thing}", [f"(what|which) (colour|color) (is|has) {thing}", f"(what is|what's|tell me) the (colour|color) of {thing}",
               f"is {thing} {colour}",
               f"(what|which) (colour|color) does {thing} have", f"{thing}: which (colour|color)"], [f"{thing[0].upper() + thing[1:]} is {colour}."])
    for pair in OPPOSITES.replace("\n", "|").split("|"):
        for x, y in (pair.split(), pair.split()[::-1]):
            yield (f"opposite of {x}", [f"(what is|what's|tell me|name) the (opposite|contrary) (of|to) {x}", f"opposite of {x}", f"the opposite of {x} is", f"{x} and its opposite",
                   f"tell me what is opposite to {x}", f"{x}, what is the opposite"], [f"The opposite of {x} is {y}."])
    for animal, sound in SOUNDS.items():
        yield (f"sound of {animal}", [f"what (sound|noise) does {animal} make", f"(what|how) does {animal} say", f"which sound does {animal} make"],
               [f"{animal[0].upper() + animal[1:]} says {sound}."])
    for thing, n in LEGS.items():
        yield (f"legs of {thing}", [f"how many legs (does|do|has) {thing}( have|)", f"number of legs of {thing}"], [f"{thing[0].upper() + thing[1:]} has {n} legs."])
    for patterns, answer in COUNTS.items():
        yield (answer, [f"how many ({patterns})"], [answer])
    for patterns, answer in SINGLE.items():
        yield (answer, [f"({patterns})"], [answer])
    for names, what in ((DAYS, "day"), (MONTHS, "month")):
        for i, name in enumerate(names):
            after, before = names[(i + 1) % len(names)], names[i - 1]
            yield (f"after {name}", [f"(which|what) {what} (comes|is) (after|next after) {name}", f"what comes after {name}", f"the {what} after {name}"],
                   [f"After {name} comes {after}."])
            yield (f"before {name}", [f"(which|what) {what} (comes|is) before {name}", f"what comes before {name}"], [f"Before {name} comes {before}."])
            yield (f"ordinal {name}", [f"(what is|which is|what's) the {ORDER[i]} {what}( of the {'week' if what == 'day' else 'year'}|)"],
                   [f"The {ORDER[i]} {what} is {name}."])
    for i in range(25):
        yield (f"after {ALPHABET[i]}", [f"(which|what) letter (comes|is) after {ALPHABET[i]}"], [f"After {ALPHABET[i]} comes {ALPHABET[i + 1]}."])
    for i in range(10):
        yield (f"number after {i}", [f"(which|what) number (comes|is) after ({i}|{NUMBERS[i]})"], [f"After {i} comes {i + 1}."])
